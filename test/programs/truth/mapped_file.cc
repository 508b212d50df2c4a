// mapFile(path): maps a file to read, reads every page of it, and keeps it mapped. Returns the address as a number.
// unmapFile(address, bytes). freeInMalloc(): bytes that malloc holds and has not handed out.
#include <fcntl.h>
#include <malloc.h>
#include <node_api.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr size_t kPageBytes = 4096;

napi_value NumberOf(napi_env env, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  return value;
}

napi_value MapFile(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  char path[4096];
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_string_utf8(env, argument, path, sizeof path, &count);
  const int file = open(path, O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) abort();
  const size_t bytes = static_cast<size_t>(status.st_size);
  void* const start = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  if (start == MAP_FAILED) abort();
  close(file);
  for (size_t at = 0; at < bytes; at += kPageBytes) {
    (void)static_cast<volatile const char*>(start)[at];
  }
  return NumberOf(env, static_cast<double>(reinterpret_cast<uintptr_t>(start)));
}

napi_value UnmapFile(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  double start = 0;
  double bytes = 0;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  napi_get_value_double(env, arguments[0], &start);
  napi_get_value_double(env, arguments[1], &bytes);
  void* const address = reinterpret_cast<void*>(static_cast<uintptr_t>(start));
  if (munmap(address, static_cast<size_t>(bytes)) != 0) abort();
  return nullptr;
}

napi_value FreeInMalloc(napi_env env, napi_callback_info) {
  return NumberOf(env, static_cast<double>(mallinfo2().fordblks));
}

}  // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback callback;
  } functions[] = {{"mapFile", MapFile}, {"unmapFile", UnmapFile}, {"freeInMalloc", FreeInMalloc}};
  for (const auto& [name, callback] : functions) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  }
  return exports;
}
