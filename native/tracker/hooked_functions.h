// Every hooked function. The hooks define them, and a test compares the library's exports with this
// list. bootstrap.cc finds the next function for each of STAGEPROF_HOOKED_FUNCTIONS, which are all
// but the aliases.
#ifndef STAGEPROF_TRACKER_HOOKED_FUNCTIONS_H_
#define STAGEPROF_TRACKER_HOOKED_FUNCTIONS_H_

// X(symbol, result, parameters): hooks that call the next function of the same name.
#define STAGEPROF_HOOKED_ALLOCATIONS(X)            \
  X(malloc, void*, (size_t))                       \
  X(calloc, void*, (size_t, size_t))               \
  X(realloc, void*, (void*, size_t))               \
  X(free, void, (void*))                           \
  X(memalign, void*, (size_t, size_t))             \
  X(aligned_alloc, void*, (size_t, size_t))        \
  X(posix_memalign, int, (void**, size_t, size_t)) \
  X(valloc, void*, (size_t))                       \
  X(pvalloc, void*, (size_t))

// Hooks that call the next realloc or free, because not every allocator has these functions. What
// they do beyond realloc and free is a check of the arguments, or nothing.
#define STAGEPROF_HOOKED_ALIASES(X)               \
  X(reallocarray, void*, (void*, size_t, size_t)) \
  X(cfree, void, (void*))                         \
  X(free_sized, void, (void*, size_t))            \
  X(free_aligned_sized, void, (void*, size_t, size_t))

// On glibc mmap64 is another name of mmap. Other libraries that hook mappings hook either of the
// two.
#define STAGEPROF_HOOKED_MAPPINGS(X)                      \
  X(mmap, void*, (void*, size_t, int, int, int, off_t))   \
  X(mmap64, void*, (void*, size_t, int, int, int, off_t)) \
  X(munmap, int, (void*, size_t))                         \
  X(mprotect, int, (void*, size_t, int))                  \
  X(mremap, void*, (void*, size_t, size_t, int, void*))

// Operators new and delete, by their mangled names, which are the same on x64 and arm64.
// std::align_val_t is passed as size_t, and a reference to std::nothrow_t as a pointer. The
// operators of libstdc++ reach malloc and are hooked only for their caller; those of jemalloc,
// tcmalloc and mimalloc do not reach it.
#define STAGEPROF_HOOKED_NEWS(X)                                              \
  X(_Znwm, void*, (size_t))                                                   \
  X(_Znam, void*, (size_t))                                                   \
  X(_ZnwmRKSt9nothrow_t, void*, (size_t, const void*))                        \
  X(_ZnamRKSt9nothrow_t, void*, (size_t, const void*))                        \
  X(_ZnwmSt11align_val_t, void*, (size_t, size_t))                            \
  X(_ZnamSt11align_val_t, void*, (size_t, size_t))                            \
  X(_ZnwmSt11align_val_tRKSt9nothrow_t, void*, (size_t, size_t, const void*)) \
  X(_ZnamSt11align_val_tRKSt9nothrow_t, void*, (size_t, size_t, const void*))

#define STAGEPROF_HOOKED_DELETES(X)                                          \
  X(_ZdlPv, void, (void*))                                                   \
  X(_ZdaPv, void, (void*))                                                   \
  X(_ZdlPvm, void, (void*, size_t))                                          \
  X(_ZdaPvm, void, (void*, size_t))                                          \
  X(_ZdlPvRKSt9nothrow_t, void, (void*, const void*))                        \
  X(_ZdaPvRKSt9nothrow_t, void, (void*, const void*))                        \
  X(_ZdlPvSt11align_val_t, void, (void*, size_t))                            \
  X(_ZdaPvSt11align_val_t, void, (void*, size_t))                            \
  X(_ZdlPvmSt11align_val_t, void, (void*, size_t, size_t))                   \
  X(_ZdaPvmSt11align_val_t, void, (void*, size_t, size_t))                   \
  X(_ZdlPvSt11align_val_tRKSt9nothrow_t, void, (void*, size_t, const void*)) \
  X(_ZdaPvSt11align_val_tRKSt9nothrow_t, void, (void*, size_t, const void*))

// After it, an address may belong to another module.
// clang-format off
#define STAGEPROF_HOOKED_UNLOADING(X) \
  X(dlclose, int, (void*))
// clang-format on

#define STAGEPROF_HOOKED_FUNCTIONS(X) \
  STAGEPROF_HOOKED_ALLOCATIONS(X)     \
  STAGEPROF_HOOKED_MAPPINGS(X)        \
  STAGEPROF_HOOKED_NEWS(X)            \
  STAGEPROF_HOOKED_DELETES(X)         \
  STAGEPROF_HOOKED_UNLOADING(X)

#endif  // STAGEPROF_TRACKER_HOOKED_FUNCTIONS_H_
