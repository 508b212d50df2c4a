#ifndef STAGEPROF_TRACKER_COUNTERS_H_
#define STAGEPROF_TRACKER_COUNTERS_H_

#include <stddef.h>
#include <stdint.h>

#include "modules.h"
#include "sampling.h"
#include "shards.h"

namespace stageprof_tracker {

// One thread's counters, which only that thread writes. They start as zeros, have no destructor,
// and their address is fixed when the thread begins (initial-exec). So the first use allocates
// nothing, and the last may come after every exit handler of the thread.
struct ThreadCounters {
  // The counts are in `own` until the thread has a shard, and again after its exit handler has run.
  // The distance leads from `own` to where they are.
  Shard own;
  intptr_t shard_distance;
  // The shard, if there is nothing more to an operation than to count a size that stands in the
  // header of the block (block_size.h); otherwise null. One word answers all of that, because each
  // question costs every malloc and every free two instructions.
  Shard* plain_shard;
  // The shard, if an operation counts a size that stands in the header of the block, and besides
  // charges the block to its module; otherwise null.
  Shard* module_shard;
  // The shard's allocated less freed bytes, as far as they are part of the process's live bytes.
  int64_t live_handed_over;
  // The part of the shard that is not this thread's. While the counts are in `own`: the part of
  // them that the common shard has.
  Counts offset;
  enum : uint32_t { kNew, kBatching, kEnded } state;
  ModuleBatches modules;
  // The caller of the operator new that is about to call malloc; null otherwise.
  const void* operator_caller;
  SamplingPoint sampling;
};

extern __thread ThreadCounters thread_counters
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

inline Shard& ThreadShard() {
  ThreadCounters& thread = thread_counters;
  return *reinterpret_cast<Shard*>(reinterpret_cast<char*>(&thread.own) + thread.shard_distance);
}

// Counts of this thread. They serve only to see whether another operation has been counted.
inline uint64_t AllocatedBlocks() {
  return ThreadShard().allocated_blocks.load(std::memory_order_relaxed);
}
inline uint64_t FreedBlocks() {
  return ThreadShard().freed_blocks.load(std::memory_order_relaxed);
}

// Ends the calling thread's batch: adds it to the process's live bytes, and raises peaks.
void EndBatch();
// Ends the batch after `block` was allocated, and returns the block.
void* EndBatchWith(void* block);
// Does the same, and adds to the modules what they lack.
void HandOver();

// Called after the real malloc, because the size is not known before. Returns whether this ends the
// batch.
inline bool AddAllocated(Shard* shard, size_t bytes) {
  AddOneAlone(&shard->allocated_blocks);
  const uint64_t allocated_bytes = AddAlone(&shard->allocated_bytes, bytes);
  const uint64_t live = allocated_bytes - ReadAlone(shard->freed_bytes);
  return static_cast<int64_t>(live) >= shard->live_above;
}
inline bool AddAllocated(size_t bytes) {
  return AddAllocated(&ThreadShard(), bytes);
}

// Returns whether this ends the batch.
inline bool AddFreed(Shard* shard, size_t bytes) {
  AddOneAlone(&shard->freed_blocks);
  const uint64_t freed_bytes = AddAlone(&shard->freed_bytes, bytes);
  const uint64_t released = freed_bytes - ReadAlone(shard->allocated_bytes);
  return static_cast<int64_t>(released) >= shard->released_above;
}

// Called before the real free. After it another thread may already own the address, and that
// thread's block would raise the peak beside one that is gone.
inline void CountFreed(size_t bytes) {
  if (__builtin_expect(AddFreed(&ThreadShard(), bytes), 0)) EndBatch();
}

// Takes back a CountFreed whose block still exists. It ends the batch at once, because the block
// may have any size.
inline void RestoreFreed(size_t bytes) {
  Shard& shard = ThreadShard();
  AddAlone(&shard.freed_blocks, ~uint64_t{0});
  AddAlone(&shard.freed_bytes, ~uint64_t{bytes} + 1);
  EndBatch();
}

struct Threads {
  uint32_t batching;
  uint32_t batching_highest;
  uint64_t seen;
};

// Called by the library's constructor, on the main thread.
void OpenCounters();
Threads ReadThreads();
// The counts of the calling thread.
Counts ReadThreadCounts();
// The counts of the process. End the calling thread's batch first.
int64_t ReadLiveBytes();
Counts ReadCounts(int64_t* live_bytes, int64_t* peak_bytes);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_COUNTERS_H_
