// functions NAME: calls one hooked function of the malloc family, for small, large and mapped
// blocks.
#include <errno.h>
#include <stdint.h>

#include "check.h"

static const size_t kSizes[] = {0, 1, 24, 100, 4096, 70000, 1 << 20};

static void* posix_allocate(size_t alignment, size_t bytes) {
  void* block = NULL;
  return posix_memalign(&block, alignment, bytes) == 0 ? block : NULL;
}

static void* allocate(const char* name, size_t bytes) {
  if (strcmp(name, "calloc") == 0) return calloc(bytes, 1);
  if (strcmp(name, "realloc") == 0) return realloc(NULL, bytes);
  if (strcmp(name, "reallocarray") == 0) return reallocarray(NULL, bytes, 1);
  if (strcmp(name, "memalign") == 0) return memalign(64, bytes);
  if (strcmp(name, "aligned_alloc") == 0) return aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (strcmp(name, "posix_memalign") == 0) return posix_allocate(256, bytes);
  if (strcmp(name, "valloc") == 0) return valloc(bytes);
  if (strcmp(name, "pvalloc") == 0) return pvalloc(bytes);
  return malloc(bytes);
}

static void release(const char* name, void* block, size_t bytes) {
  if (strcmp(name, "cfree") == 0) {
    ((void (*)(void*))dlsym(RTLD_DEFAULT, name))(block);
  } else if (strcmp(name, "free_sized") == 0) {
    ((void (*)(void*, size_t))dlsym(RTLD_DEFAULT, name))(block, bytes);
  } else if (strcmp(name, "free_aligned_sized") == 0) {
    ((void (*)(void*, size_t, size_t))dlsym(RTLD_DEFAULT, name))(block, 16, bytes);
  } else {
    free(block);
  }
}

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const char* name = arguments[1];
  open_tracker();
  for (size_t i = 0; i < sizeof kSizes / sizeof *kSizes; ++i) {
    const StageprofTrackerReading before = read_now();
    errno = 77;
    char* block = allocate(name, kSizes[i]);
    const int error = errno;
    const size_t usable = malloc_usable_size(block);
    check_change("allocate", &before, 1, (int64_t)usable, 0, 0);
    memset(block, 1, usable);
    errno = 78;
    release(name, block, kSizes[i]);
    // The usable size is not printed: for aligned blocks of libc it depends on their address.
    say("%zu: errno %d %d, aligned %d\n", kSizes[i], error, errno,
        (uintptr_t)block % 8 == 0 && usable >= kSizes[i]);
    check_change("release", &before, 1, (int64_t)usable, 1, (int64_t)usable);
  }
  return 7;
}
