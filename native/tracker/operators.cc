// Operators new and delete. The real operators are of two kinds:
//
// - An allocator's own (jemalloc, tcmalloc, mimalloc), which may not pass malloc's hook. They are
//   counted here, unless a hook was passed after all.
// - All others: libstdc++'s, which reach malloc, or operators that hand out parts of blocks, whose
//   size cannot be asked for. They are never counted here. malloc's hook is only told who called
//   new; otherwise all C++ memory would be charged to libstdc++.
//
// A real operator new may throw. The exception passes through these functions without running any
// of their code, so nothing important may be left for afterwards: the malloc that failed has
// already cleared operator_caller.
#include <atomic>
#include <type_traits>

#include "counted.h"

using stageprof_tracker::AllocatedBlocks;
using stageprof_tracker::BlockBytes;
using stageprof_tracker::CountFreed;
using stageprof_tracker::FindForCaller;
using stageprof_tracker::ForgetLive;
using stageprof_tracker::FreedBlocks;
using stageprof_tracker::kModules;
using stageprof_tracker::kUnknownModule;
using stageprof_tracker::ModuleOf;
using stageprof_tracker::Next;
using stageprof_tracker::next;
using stageprof_tracker::RestoreFreed;
using stageprof_tracker::thread_counters;
using stageprof_tracker::tracks_modules;

namespace {

// The operator is missing where the program has no C++ and libstdc++ came later with an extension.
// Then each module has its own: an extension that brings its own operators must not serve another,
// whose delete is that of libstdc++. FindForCaller keeps loaded what it finds.
template <auto kMember>
__attribute__((noinline, cold)) auto FindOperatorFor(const char* symbol, const void* caller) {
  using Function = std::remove_reference_t<decltype(next.*kMember)>;
  static std::atomic<Function> of_module[kModules];
  const uint32_t module = ModuleOf(caller);
  Function found = of_module[module].load(std::memory_order_relaxed);
  if (found != nullptr) return found;
  // What the loader allocates meanwhile is charged to the loader.
  const void* const asker = thread_counters.operator_caller;
  thread_counters.operator_caller = nullptr;
  found = reinterpret_cast<Function>(FindForCaller(symbol, caller));
  thread_counters.operator_caller = asker;
  // Nobody defines it: without the tracker this call would have been one of address 0.
  if (found == nullptr) __builtin_trap();
  if (module != kUnknownModule) of_module[module].store(found, std::memory_order_relaxed);
  return found;
}

template <auto kMember>
inline auto FindOperator(const char* symbol, const void* caller) {
  if (__builtin_expect(next.*kMember == nullptr, 0)) {
    return FindOperatorFor<kMember>(symbol, caller);
  }
  return next.*kMember;
}

// An operator may call another: libstdc++'s new[] jumps to new, whose caller is then this library.
// The caller of the first one is kept.
inline const void* KeepCaller(const void* caller) {
  const void*& kept = thread_counters.operator_caller;
  if (kept == nullptr) kept = caller;
  return kept;
}

template <auto kMember, typename... Arguments>
inline void* New(const char* symbol, bool is_allocators, const void* caller,
                 Arguments... arguments) {
  if (tracks_modules) caller = KeepCaller(caller);
  const auto real = FindOperator<kMember>(symbol, caller);
  if (is_allocators) {
    const uint64_t blocks = AllocatedBlocks();
    void* block = CountedOnce(real(arguments...), blocks, caller);
    if (tracks_modules) thread_counters.operator_caller = nullptr;
    return block;
  }
  if (!tracks_modules) return real(arguments...);
  void* block = real(arguments...);
  thread_counters.operator_caller = nullptr;
  return block;
}

// As in free: the block is counted first, and the count is taken back if free's hook was passed.
template <auto kMember, typename... Arguments>
inline void Delete(const char* symbol, bool is_allocators, const void* caller, void* block,
                   Arguments... arguments) {
  const auto real = FindOperator<kMember>(symbol, caller);
  if (!is_allocators || block == nullptr) return real(block, arguments...);
  const size_t bytes = BlockBytes(block);
  CountFreed(bytes);
  ForgetLive(block);
  const uint64_t blocks = FreedBlocks();
  real(block, arguments...);
  if (FreedBlocks() != blocks) RestoreFreed(bytes);
}

}  // namespace

#define STAGEPROF_CALL(function, symbol, ...)                                              \
  function<&Next::symbol>(#symbol, next.beside_malloc.symbol, __builtin_return_address(0), \
                          __VA_ARGS__)

// One line for each parameter list: X(mangled names for an object and for an array, parameters,
// arguments).
#define STAGEPROF_NEW(one, many, parameters, ...)  \
  STAGEPROF_HOOK void* one parameters {            \
    return STAGEPROF_CALL(New, one, __VA_ARGS__);  \
  }                                                \
  STAGEPROF_HOOK void* many parameters {           \
    return STAGEPROF_CALL(New, many, __VA_ARGS__); \
  }
#define STAGEPROF_DELETE(one, many, parameters, ...) \
  STAGEPROF_HOOK void one parameters {               \
    STAGEPROF_CALL(Delete, one, __VA_ARGS__);        \
  }                                                  \
  STAGEPROF_HOOK void many parameters {              \
    STAGEPROF_CALL(Delete, many, __VA_ARGS__);       \
  }

STAGEPROF_NEW(_Znwm, _Znam, (size_t bytes), bytes)
STAGEPROF_NEW(_ZnwmRKSt9nothrow_t, _ZnamRKSt9nothrow_t, (size_t bytes, const void* nothrow), bytes,
              nothrow)
STAGEPROF_NEW(_ZnwmSt11align_val_t, _ZnamSt11align_val_t, (size_t bytes, size_t alignment), bytes,
              alignment)
STAGEPROF_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, _ZnamSt11align_val_tRKSt9nothrow_t,
              (size_t bytes, size_t alignment, const void* nothrow), bytes, alignment, nothrow)

STAGEPROF_DELETE(_ZdlPv, _ZdaPv, (void* block), block)
STAGEPROF_DELETE(_ZdlPvm, _ZdaPvm, (void* block, size_t bytes), block, bytes)
STAGEPROF_DELETE(_ZdlPvRKSt9nothrow_t, _ZdaPvRKSt9nothrow_t, (void* block, const void* nothrow),
                 block, nothrow)
STAGEPROF_DELETE(_ZdlPvSt11align_val_t, _ZdaPvSt11align_val_t, (void* block, size_t alignment),
                 block, alignment)
STAGEPROF_DELETE(_ZdlPvmSt11align_val_t, _ZdaPvmSt11align_val_t,
                 (void* block, size_t bytes, size_t alignment), block, bytes, alignment)
STAGEPROF_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, _ZdaPvSt11align_val_tRKSt9nothrow_t,
                 (void* block, size_t alignment, const void* nothrow), block, alignment, nothrow)
