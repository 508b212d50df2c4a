// What the hooks have in common: counting a block that a real function returned.
#ifndef STAGEPROF_TRACKER_COUNTED_H_
#define STAGEPROF_TRACKER_COUNTED_H_

#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "block_size.h"
#include "bootstrap.h"
#include "counters.h"

// Only hooks are visible; the library hides all other names.
#define STAGEPROF_HOOK extern "C" __attribute__((visibility("default")))

namespace stageprof_tracker {

// The expensive part is a function of its own. Otherwise every malloc would save the registers that
// it needs.
void* CountedByModule(void* block, size_t bytes, const void* caller);
void* NoBlock();
// Both are functions of their own, and the last that is called, for the same reason.
void* WithBatchesEnded(void* block, ModuleBatches::Slot* slot, size_t bytes, bool ends_batch);
void* CountedByNewModule(void* block, size_t bytes, const void* caller);

inline void* CountedByModule(Shard* shard, void* block, size_t bytes, const void* caller) {
  ThreadCounters& thread = thread_counters;
  if (thread.operator_caller != nullptr) {
    caller = thread.operator_caller;
    thread.operator_caller = nullptr;
  }
  ModuleBatches::Slot* slot = FindSlot(&thread.modules, caller);
  if (__builtin_expect(slot == nullptr, 0)) return CountedByNewModule(block, bytes, caller);
  slot->bytes += bytes;
  slot->blocks += 1;
  const bool ends_batch = AddAllocated(shard, bytes);
  thread.sampling.bytes_left -= static_cast<int64_t>(bytes);
  if (__builtin_expect(
          ends_batch || slot->bytes >= kModuleBatchBytes || thread.sampling.bytes_left < 0, 0)) {
    return WithBatchesEnded(block, slot, bytes, ends_batch);
  }
  return block;
}

inline void* Counted(void* block, const void* caller) {
  if (__builtin_expect(block == nullptr, 0)) return NoBlock();
  const size_t bytes = BlockBytes(block);
  if (tracks_modules) return CountedByModule(block, bytes, caller);
  if (__builtin_expect(AddAllocated(bytes), 0)) EndBatchWith(block);
  return block;
}

// One allocation may run through several hooks: musl's calloc calls malloc, and so does jemalloc's
// operator new. Whether an inner hook has counted shows in the thread's number of blocks, which the
// caller passes as it was before. Unlike a depth, that number needs no undoing when an operator new
// throws.
inline void* CountedOnce(void* block, uint64_t blocks_before, const void* caller) {
  if (__builtin_expect(AllocatedBlocks() != blocks_before, 0)) return block;
  return Counted(block, caller);
}

}  // namespace stageprof_tracker

using stageprof_tracker::CountedOnce;

// Calls the next function `symbol`, which returns a block, and counts the block. `arguments` are in
// parentheses.
#define STAGEPROF_COUNTED_ONCE(symbol, arguments)                 \
  ({                                                              \
    const uint64_t blocks = stageprof_tracker::AllocatedBlocks(); \
    void* const block = stageprof_tracker::next.symbol arguments; \
    stageprof_tracker::next.beside_malloc.symbol                  \
        ? CountedOnce(block, blocks, __builtin_return_address(0)) \
        : block;                                                  \
  })

#endif  // STAGEPROF_TRACKER_COUNTED_H_
