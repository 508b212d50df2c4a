#ifndef STAGEPROF_TRACKER_COUNTERS_H_
#define STAGEPROF_TRACKER_COUNTERS_H_

#include <stddef.h>
#include <stdint.h>

#include "modules.h"

namespace stageprof_tracker {

// What a thread may keep to itself, of each of the two volumes.
constexpr uint64_t kBatchBytes = 32 * 1024;

struct Counts {
  uint64_t allocated_bytes;
  uint64_t allocated_blocks;
  uint64_t freed_bytes;
  uint64_t freed_blocks;
};

// One thread's counters, written and read by it alone. Zero is their beginning, there is no
// destructor, and their place is fixed when the thread begins (initial-exec): the first use
// allocates nothing, and the last may come after every exit handler of the thread.
struct ThreadCounters {
  Counts total;
  // A batch ends when a volume reaches its limit. Both volumes, and not their difference: a thread
  // that frees what it allocates would never tell anybody how much that was. Zero, so that each
  // operation ends a batch, for a thread not seen before and for one whose exit handler has run.
  uint64_t allocated_limit;
  uint64_t freed_limit;
  // Total at the end of the last batch.
  Counts handed_over;
  enum : uint32_t { kNew, kBatching, kEnded } state;
  ModuleBatches modules;
  // Who called the operator new that is about to call malloc; null otherwise.
  const void* operator_caller;
};

extern __thread ThreadCounters thread_counters __attribute__((tls_model("initial-exec")));

// Ends the calling thread's batch: adds it to the process's counters, raises peaks.
void HandOver();

// After the real malloc: before it, there is no size.
inline void CountAllocated(size_t bytes) {
  ThreadCounters& thread = thread_counters;
  thread.total.allocated_blocks += 1;
  thread.total.allocated_bytes += bytes;
  if (__builtin_expect(thread.total.allocated_bytes >= thread.allocated_limit, 0)) HandOver();
}

// Before the real free: after it, another thread may already own the address, and its block would
// raise the peak beside one that is gone.
inline void CountFreed(size_t bytes) {
  ThreadCounters& thread = thread_counters;
  thread.total.freed_blocks += 1;
  thread.total.freed_bytes += bytes;
  if (__builtin_expect(thread.total.freed_bytes >= thread.freed_limit, 0)) HandOver();
}

// Takes a CountFreed back: the block is still there. At once, because it may be any size.
inline void RestoreFreed(size_t bytes) {
  thread_counters.total.freed_blocks -= 1;
  thread_counters.total.freed_bytes -= bytes;
  HandOver();
}

struct Threads {
  uint32_t batching;
  uint32_t batching_highest;
  uint64_t seen;
};

// Called while there is one thread, before any other can be made.
void OpenCounters();
Threads ReadThreads();
// Of the process; end the thread's batch first.
int64_t ReadLiveBytes();
Counts ReadCounts(int64_t* live_bytes, int64_t* peak_bytes);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_COUNTERS_H_
