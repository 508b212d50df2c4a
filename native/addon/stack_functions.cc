#include "stack_functions.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "../sources/tracker_client.h"
#include "../support/descriptors.h"
#include "../support/file_blocks.h"
#include "environment.h"
#include "napi_values.h"

namespace stageprof {

namespace {

struct Tables {
  const StageprofTracker* tracker;
  const void* memory;  // null without stacks
  uint64_t bytes;
  const char* missing;
};

Tables FindTables() {
  const FoundTracker found = FindTracker();
  if (found.tracker == nullptr) return {nullptr, nullptr, 0, found.missing};
  uint64_t bytes = 0;
  const void* const memory = found.tracker->read_stack_tables(&bytes);
  return {found.tracker, memory, bytes, found.tracker->stacks_missing()};
}

// False where it is no text. A longer one is cut.
template <size_t kBytes>
bool ReadText(napi_env env, napi_value value, char (&text)[kBytes], size_t* length) {
  return napi_get_value_string_utf8(env, value, text, kBytes, length) == napi_ok;
}

template <size_t kCount>
bool ReadArguments(napi_env env, napi_callback_info info, napi_value (&arguments)[kCount]) {
  size_t count = kCount;
  return napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) == napi_ok;
}

int Keep(const Tables& tables, const char* path) {
  const int file = OpenAside(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (file < 0) return errno;
  int error = AllocateBlocks(file, 0, tables.bytes);
  if (error == 0) error = tables.tracker->move_stack_tables(file);
  close(file);
  if (error != 0) unlink(path);
  return error;
}

}  // namespace

napi_value SitesMissing(napi_env env, napi_callback_info) {
  return TextOrNull(env, FindTables().missing);
}

napi_value SitesKeep(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  char path[PATH_MAX];
  size_t length;
  const Tables tables = FindTables();
  if (tables.memory == nullptr) return Number(env, ENOSYS);
  if (!ReadArguments(env, info, arguments) || !ReadText(env, arguments[0], path, &length)) {
    return Number(env, EINVAL);
  }
  return Number(env, length + 1 < sizeof path ? Keep(tables, path) : ENAMETOOLONG);
}

napi_value SitesRead(napi_env env, napi_callback_info) {
  const Tables tables = FindTables();
  napi_value copy = nullptr;
  void* data = nullptr;
  if (tables.memory != nullptr) tables.tracker->look_at_cpu_threads();
  if (tables.memory == nullptr) {
    napi_get_null(env, &copy);
  } else if (napi_create_arraybuffer(env, tables.bytes, &data, &copy) == napi_ok) {
    memcpy(data, tables.memory, tables.bytes);
  }
  return copy;
}

napi_value SitesBegin(napi_env, napi_callback_info) {
  const Tables tables = FindTables();
  if (tables.memory != nullptr) tables.tracker->forget_end_of_stacks();
  return nullptr;
}

napi_value SitesEnd(napi_env, napi_callback_info) {
  const Tables tables = FindTables();
  if (tables.memory == nullptr) return nullptr;
  tables.tracker->look_at_cpu_threads();
  tables.tracker->note_end_of_stacks();
  return nullptr;
}

napi_value ThreadStacksStart(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  double hz = 0;
  const FoundTracker found = FindTracker();
  if (found.tracker == nullptr) return TextOrNull(env, found.missing);
  if (!ReadArguments(env, info, arguments) ||
      napi_get_value_double(env, arguments[0], &hz) != napi_ok || !(hz >= 1)) {
    return TextOrNull(env, "the rate is not a number");
  }
  return TextOrNull(env, found.tracker->start_cpu_samples(static_cast<uint32_t>(hz)));
}

napi_value ThreadStacksStop(napi_env, napi_callback_info) {
  const FoundTracker found = FindTracker();
  if (found.tracker != nullptr) found.tracker->stop_cpu_samples();
  return nullptr;
}

napi_value ThreadStacksRead(napi_env env, napi_callback_info) {
  const FoundTracker found = FindTracker();
  napi_value object = nullptr;
  if (found.tracker == nullptr || napi_create_object(env, &object) != napi_ok) {
    return TextOrNull(env, nullptr);
  }
  StageprofTrackerCpuSamples samples;
  found.tracker->read_cpu_samples(&samples);
  SetText(env, object, "missing", samples.missing);
  SetNumber(env, object, "signal", samples.signal);
  SetNumber(env, object, "failed", static_cast<double>(samples.failed));
  SetNumber(env, object, "blocked", static_cast<double>(samples.blocked));
  return object;
}

napi_value StageOpenings(napi_env env, napi_callback_info) {
  const Tables tables = FindTables();
  uint32_t count = 0;
  double* const openings =
      tables.memory == nullptr ? nullptr : tables.tracker->stage_openings(&count);
  napi_value buffer = nullptr;
  // The memory lasts as long as the process.
  if (openings == nullptr ||
      napi_create_external_arraybuffer(env, openings, count * sizeof *openings, nullptr, nullptr,
                                       &buffer) != napi_ok) {
    napi_get_null(env, &buffer);
  }
  return buffer;
}

napi_value StackStageFind(napi_env env, napi_callback_info info) {
  constexpr size_t kMostBytes = 4096;
  napi_value arguments[2];
  char thread[kMostBytes];
  char label[kMostBytes];
  size_t thread_bytes;
  size_t label_bytes;
  const Tables tables = FindTables();
  if (tables.memory == nullptr || !ReadArguments(env, info, arguments) ||
      !ReadText(env, arguments[0], thread, &thread_bytes) ||
      !ReadText(env, arguments[1], label, &label_bytes)) {
    return Number(env, 0);
  }
  return Number(env, tables.tracker->find_stack_stage(thread, static_cast<uint32_t>(thread_bytes),
                                                      label, static_cast<uint32_t>(label_bytes)));
}

napi_value StackStageWord(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  const Tables tables = FindTables();
  Environment* const environment = Environment::Of(env);
  if (tables.memory == nullptr || environment == nullptr || !ReadArguments(env, info, arguments)) {
    return nullptr;
  }
  tables.tracker->set_stage_word(nullptr);
  size_t length = 0;
  void* data = nullptr;
  napi_typedarray_type type;
  if (napi_get_typedarray_info(env, arguments[0], &type, &length, &data, nullptr, nullptr) ==
          napi_ok &&
      type == napi_uint32_array && length > 0 && environment->Keep(env, arguments[0])) {
    tables.tracker->set_stage_word(static_cast<const uint32_t*>(data));
  }
  return nullptr;
}

void ForgetStackStageWord() {
  const Tables tables = FindTables();
  if (tables.memory != nullptr) tables.tracker->set_stage_word(nullptr);
}

}  // namespace stageprof
