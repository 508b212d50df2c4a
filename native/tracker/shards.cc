#include "shards.h"

#include "../support/highest.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
// More than the threads that a process usually has at one time; further threads add to the common
// shard. Shards that were never taken cost nothing.
constexpr uint32_t kShards = 512;
constexpr uint32_t kWordBits = 64;

struct alignas(64) Line {
  Shard shard;
};
Line lines[kShards];
Line common;
// One bit for each shard that is taken. In a forked child the shards of threads that it does not
// have stay taken.
std::atomic<uint64_t> taken[kShards / kWordBits];
// Shards from here on were never taken.
std::atomic<uint32_t> shards_used{0};

void Add(std::atomic<uint64_t>* sum, uint64_t count) {
  if (count != 0) sum->fetch_add(count, kRelaxed);
}

}  // namespace

Counts ReadShard(const Shard& shard) {
  return {shard.allocated_bytes.load(kRelaxed), shard.allocated_blocks.load(kRelaxed),
          shard.freed_bytes.load(kRelaxed), shard.freed_blocks.load(kRelaxed)};
}

Shard* TakeShard() {
  for (uint32_t word = 0; word < kShards / kWordBits; ++word) {
    uint64_t bits = taken[word].load(kRelaxed);
    while (bits != UINT64_MAX) {
      const uint64_t bit = ~bits & (bits + 1);
      // Acquires what the last owner wrote: this one continues from there.
      if (!taken[word].compare_exchange_weak(bits, bits | bit, std::memory_order_acquire,
                                             kRelaxed)) {
        continue;
      }
      const uint32_t index = word * kWordBits + static_cast<uint32_t>(__builtin_ctzll(bit));
      stageprof::RaiseTo(&shards_used, index + 1);
      return &lines[index].shard;
    }
  }
  return nullptr;
}

void GiveShardBack(Shard* shard) {
  const auto index = static_cast<uint32_t>(reinterpret_cast<Line*>(shard) - lines);
  const uint64_t bit = uint64_t{1} << (index % kWordBits);
  taken[index / kWordBits].fetch_and(~bit, std::memory_order_release);
}

void AddToCommonShard(const Counts& counts) {
  Add(&common.shard.allocated_bytes, counts.allocated_bytes);
  Add(&common.shard.allocated_blocks, counts.allocated_blocks);
  Add(&common.shard.freed_bytes, counts.freed_bytes);
  Add(&common.shard.freed_blocks, counts.freed_blocks);
}

Counts ReadShards() {
  Counts counts = ReadShard(common.shard);
  const uint32_t used = shards_used.load(kRelaxed);
  for (uint32_t index = 0; index < used; ++index)
    counts = Sum(counts, ReadShard(lines[index].shard));
  return counts;
}

}  // namespace stageprof_tracker
