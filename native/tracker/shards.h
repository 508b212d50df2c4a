#ifndef STAGEPROF_TRACKER_SHARDS_H_
#define STAGEPROF_TRACKER_SHARDS_H_

#include <stdint.h>

#include <atomic>

namespace stageprof_tracker {

struct Counts {
  uint64_t allocated_bytes;
  uint64_t allocated_blocks;
  uint64_t freed_bytes;
  uint64_t freed_blocks;
};

inline Counts Sum(const Counts& a, const Counts& b) {
  return {a.allocated_bytes + b.allocated_bytes, a.allocated_blocks + b.allocated_blocks,
          a.freed_bytes + b.freed_bytes, a.freed_blocks + b.freed_blocks};
}

inline Counts Difference(const Counts& a, const Counts& b) {
  return {a.allocated_bytes - b.allocated_bytes, a.allocated_blocks - b.allocated_blocks,
          a.freed_bytes - b.freed_bytes, a.freed_blocks - b.freed_blocks};
}

// What all threads have allocated and freed is the sum of shards. One thread alone writes each
// shard, with plain stores, so the sum is exact at every moment and no thread waits for another's
// cache line. A shard outlives its thread, and the next thread goes on counting in it. So a shard
// only rises, and nothing is ever moved from one to another.
//
//   a thread ends                     its shard stays at 70
//   the next takes it, allocates 5    the shard is at 75, of which 70 are not this thread's
struct Shard {
  std::atomic<uint64_t> allocated_bytes;
  std::atomic<uint64_t> allocated_blocks;
  std::atomic<uint64_t> freed_bytes;
  std::atomic<uint64_t> freed_blocks;
  // For the thread alone. A batch ends when allocated less freed bytes reach the first bound, or
  // freed less allocated bytes the second. Both are zero at the start of a thread, so its first
  // operation reaches one of them.
  int64_t live_above;
  int64_t released_above;
};

inline uint64_t AddAlone(std::atomic<uint64_t>* sum, uint64_t count) {
  const uint64_t added = sum->load(std::memory_order_relaxed) + count;
  sum->store(added, std::memory_order_relaxed);
  return added;
}

// For the thread that writes it. Unlike the load of an atomic, this is part of the instruction that
// uses it.
inline uint64_t ReadAlone(const std::atomic<uint64_t>& sum) {
  return *reinterpret_cast<const uint64_t*>(&sum);
}

// One instruction instead of three, which atomics do not become.
inline void AddOneAlone(std::atomic<uint64_t>* sum) {
#if defined(__x86_64__)
  asm("addq $1, %0" : "+m"(*sum) : : "cc");
#else
  AddAlone(sum, 1);
#endif
}

Counts ReadShard(const Shard& shard);

// Null when all are taken. A thread without a shard adds each of its operations to the common one.
Shard* TakeShard();
void GiveShardBack(Shard* shard);
void AddToCommonShard(const Counts& counts);
// The sum for all threads. It reads a cache line for each thread that there was at one time.
Counts ReadShards();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_SHARDS_H_
