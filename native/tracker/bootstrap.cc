#include "bootstrap.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <type_traits>

#include "arena.h"
#include "block_size.h"
#include "symbol_search.h"

namespace stageprof_tracker {

namespace {

void Resolve();

// What a function returns when it has failed: null for allocations; -1, or MAP_FAILED, for mappings
// and dlclose.
enum Failure { kNull, kMinusOne };

template <Failure kFailure, typename Result>
Result Failed() {
  errno = ENOSYS;
  if constexpr (kFailure == kMinusOne) {
    return (Result)-1;
  } else if constexpr (std::is_same_v<Result, int>) {
    return ENOMEM;  // for posix_memalign, where 0 is success
  } else {
    return Result();
  }
}

// What each pointer refers to until Resolve has run.
template <Failure kFailure, auto kMember>
struct First;
template <Failure kFailure, typename Result, typename... Parameters,
          Result (*Next::*kMember)(Parameters...)>
struct First<kFailure, kMember> {
  static Result Call(Parameters... parameters) {
    Resolve();
    // The pointer still refers to this function if Resolve's own dlsym called it. dlsym needs none
    // of the functions that the arena does not serve.
    if (next.*kMember == Call || next.*kMember == nullptr) return Failed<kFailure, Result>();
    return (next.*kMember)(parameters...);
  }
};

// Takes the place of a function that this libc lacks: musl has no pvalloc, but a program that looks
// for it finds the hook.
template <Failure kFailure, typename Result, typename... Parameters>
void StandIn(Result (**function)(Parameters...)) {
  if (*function != nullptr) return;
  *function = [](Parameters...) { return Failed<kFailure, Result>(); };
}

void* ArenaMalloc(size_t bytes) {
  void* block = Arena::Allocate(bytes);
  if (block == nullptr) errno = ENOMEM;
  return block;
}

void* ArenaCalloc(size_t count, size_t bytes) {
  size_t total;
  if (__builtin_mul_overflow(count, bytes, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  return ArenaMalloc(total);
}

// The hook passes only null: a block of the real allocator cannot be grown yet.
void* ArenaRealloc(void* block, size_t bytes) {
  return block == nullptr ? ArenaMalloc(bytes) : nullptr;
}

void ArenaFree(void*) {}

size_t ArenaUsableBytes(void* block) {
  return Arena::Holds(block) ? Arena::UsableBytes(block) : 0;
}

// An allocator that starts within our dlsym maps memory then, and must get it.
void* MapBySystemCall(void* at, size_t bytes, int access, int flags, int file, off_t offset) {
  return reinterpret_cast<void*>(syscall(SYS_mmap, at, bytes, access, flags, file, offset));
}

int UnmapBySystemCall(void* start, size_t bytes) {
  return static_cast<int>(syscall(SYS_munmap, start, bytes));
}

int ProtectBySystemCall(void* start, size_t bytes, int access) {
  return static_cast<int>(syscall(SYS_mprotect, start, bytes, access));
}

void* RemapBySystemCall(void* start, size_t bytes, size_t new_bytes, int flags, void* at) {
  return reinterpret_cast<void*>(syscall(SYS_mremap, start, bytes, new_bytes, flags, at));
}

template <typename Function>
void Find(Function* function, const char* symbol) {
  *function = reinterpret_cast<Function>(FindNextSymbol(symbol));
}

bool has_begun = false;

void FindBesideMalloc(Next* found) {
  const void* allocator = FindObjectOf(reinterpret_cast<void*>(found->malloc));
#define STAGEPROF_COMPARE(symbol, result, parameters)                               \
  found->beside_malloc.symbol = found->symbol != nullptr && allocator != nullptr && \
                                FindObjectOf(reinterpret_cast<void*>(found->symbol)) == allocator;
  STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_COMPARE)
#undef STAGEPROF_COMPARE
}

void OpenSizes(size_t (*usable_bytes)(void*)) {
  const void* allocator = FindObjectOf(reinterpret_cast<void*>(next.malloc));
  if (usable_bytes == nullptr || FindObjectOf(reinterpret_cast<void*>(usable_bytes)) != allocator) {
    failure = "the library that serves malloc has no malloc_usable_size";
    return;
  }
  // The first answer of tcmalloc's function calls operator new, whose hook would ask it again.
  void* block = next.malloc(1);
  usable_bytes(block);
  next.free(block);
  next.malloc_usable_size = usable_bytes;
  const void* glibc = FindSymbol("gnu_get_libc_version");
  OpenBlockHeaders(glibc != nullptr && FindObjectOf(glibc) == allocator);
}

void Resolve() {
  if (has_begun) return;
  has_begun = true;
  const int error = errno;

  next.malloc = ArenaMalloc;
  next.calloc = ArenaCalloc;
  next.realloc = ArenaRealloc;
  next.free = ArenaFree;
  next.malloc_usable_size = ArenaUsableBytes;
  next.mmap = next.mmap64 = MapBySystemCall;
  next.munmap = UnmapBySystemCall;
  next.mprotect = ProtectBySystemCall;
  next.mremap = RemapBySystemCall;

  Next found = {};
#define STAGEPROF_FIND(symbol, result, parameters) Find(&found.symbol, #symbol);
  STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_FIND)
#undef STAGEPROF_FIND
  Find(&found.malloc_usable_size, "malloc_usable_size");

  FindBesideMalloc(&found);
  // musl may have only one of the two names.
  if (found.mmap64 == nullptr) found.mmap64 = found.mmap;
    // Operators and dlclose are left out: they may come later with a library.
#define STAGEPROF_STAND_IN(symbol, result, parameters) StandIn<kNull>(&found.symbol);
  STAGEPROF_HOOKED_ALLOCATIONS(STAGEPROF_STAND_IN)
#undef STAGEPROF_STAND_IN
#define STAGEPROF_STAND_IN(symbol, result, parameters) StandIn<kMinusOne>(&found.symbol);
  STAGEPROF_HOOKED_MAPPINGS(STAGEPROF_STAND_IN)
#undef STAGEPROF_STAND_IN
  const auto usable_bytes = found.malloc_usable_size;
  found.malloc_usable_size = ArenaUsableBytes;
  next = found;
  OpenSizes(usable_bytes);
  errno = error;
}

}  // namespace

#define STAGEPROF_FIRST_NULL(symbol, result, parameters) First<kNull, &Next::symbol>::Call,
#define STAGEPROF_FIRST_MINUS_ONE(symbol, result, parameters) First<kMinusOne, &Next::symbol>::Call,
// clang-format off
Next next = {
    // The order is that of STAGEPROF_HOOKED_FUNCTIONS.
    STAGEPROF_HOOKED_ALLOCATIONS(STAGEPROF_FIRST_NULL)
    STAGEPROF_HOOKED_MAPPINGS(STAGEPROF_FIRST_MINUS_ONE)
    STAGEPROF_HOOKED_NEWS(STAGEPROF_FIRST_NULL)
    STAGEPROF_HOOKED_DELETES(STAGEPROF_FIRST_NULL)
    STAGEPROF_HOOKED_UNLOADING(STAGEPROF_FIRST_MINUS_ONE)
    First<kNull, &Next::malloc_usable_size>::Call,
    {}};
// clang-format on
#undef STAGEPROF_FIRST_MINUS_ONE
#undef STAGEPROF_FIRST_NULL

const char* failure = nullptr;

void* FindSymbol(const char* symbol) {
  return FindAnySymbol(symbol);
}

void ForgetError() {
  const auto get = reinterpret_cast<char* (*)()>(FindSymbol("dlerror"));
  if (get != nullptr) get();
}

void FindNextAmong(void* const (&bound)[kHookedFunctions]) {
  Next found = next;
  size_t index = 0;
#define STAGEPROF_TAKE(symbol, result, parameters)                         \
  if (bound[index] != nullptr) {                                           \
    found.symbol = reinterpret_cast<decltype(found.symbol)>(bound[index]); \
  }                                                                        \
  ++index;
  STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_TAKE)
#undef STAGEPROF_TAKE
  FindBesideMalloc(&found);
  failure = nullptr;
  next = found;
  // libc's was found first. A library that serves malloc comes before libc in the order of the loader.
  const void* const allocator = FindObjectOf(reinterpret_cast<void*>(next.malloc));
  size_t (*usable_bytes)(void*) = next.malloc_usable_size;
  if (FindObjectOf(reinterpret_cast<void*>(usable_bytes)) != allocator) {
    usable_bytes = reinterpret_cast<decltype(usable_bytes)>(FindSymbol("malloc_usable_size"));
  }
  OpenSizes(usable_bytes);
}

void* FindForCaller(const char* symbol, const void* caller) {
  const auto find = reinterpret_cast<int (*)(const void*, Dl_info*)>(FindSymbol("dladdr"));
  const auto open = reinterpret_cast<void* (*)(const char*, int)>(FindSymbol("dlopen"));
  const auto find_in = reinterpret_cast<void* (*)(void*, const char*)>(FindSymbol("dlsym"));
  if (find == nullptr || open == nullptr || find_in == nullptr) return nullptr;
  const int error = errno;
  Dl_info info;
  void* found = nullptr;
  void* module = find(caller, &info) != 0 ? open(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD) : nullptr;
  if (module != nullptr) {
    found = find_in(module, symbol);
    // The object stays loaded for the rest of the process, because a pointer into it is kept.
    if (found != nullptr && find(found, &info) != 0) {
      open(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    }
    // Before glibc 2.34 dlclose was in a library of its own, which may have come just as late.
    if (next.dlclose == nullptr) Find(&next.dlclose, "dlclose");
    if (next.dlclose != nullptr) next.dlclose(module);
  }
  errno = error;
  return found;
}

}  // namespace stageprof_tracker
