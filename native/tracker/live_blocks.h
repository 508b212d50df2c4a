#ifndef STAGEPROF_TRACKER_LIVE_BLOCKS_H_
#define STAGEPROF_TRACKER_LIVE_BLOCKS_H_

#include <stdint.h>

#include <atomic>

namespace stageprof_tracker {

// The sampled blocks that are live, by address. No function takes a lock, calls malloc or changes
// errno. A forked child inherits the table together with the blocks.

// What is kept of a sampled block. Without stacks, site and birth are 0.
struct SampledBlock {
  uint64_t weight;  // the bytes that it stands for
  uint32_t blocks;  // how many blocks of its size that is, at most UINT32_MAX
  uint32_t module;
  uint32_t site;   // of stacks/sites.h
  uint32_t birth;  // see MsSinceStart of stacks/outlived.h
};

// How many sampled blocks fall on each of some thousand cells, by a hash of the address. A free
// whose cell is zero is not that of a sampled block. A cell counts, because one that was only set
// could never be cleared; one that has reached 255 stays.
constexpr int kFilterBits = 13;
extern std::atomic<uint8_t> block_filter[1u << kFilterBits];

// Addresses of blocks are multiples of 16, or of 8.
inline uint64_t HashOfBlock(const void* block) {
  return (reinterpret_cast<uintptr_t>(block) >> 3) * UINT64_C(0x9E3779B97F4A7C15);
}

inline bool MayBeSampled(const void* block) {
  const auto& cell = block_filter[HashOfBlock(block) >> (64 - kFilterBits)];
  return __builtin_expect(cell.load(std::memory_order_relaxed) != 0, 0);
}

// Called before the address is handed out: only its owner may look for it. False when there is no
// room, which counts as missed.
bool PutSampled(const void* block, const SampledBlock& sampled);
// Called before the real free. False if the block is not in the table.
bool TakeSampled(const void* block, SampledBlock* sampled);

// Calls `visit` with a copy of each. Threads may go on meanwhile: what they change is in it or not.
void VisitSampled(void (*visit)(const SampledBlock& sampled, void* data), void* data);

// Empties the table. Called while no hook is reached.
void ForgetAllSampled();

struct LiveBlocks {
  uint64_t missed;        // blocks for which there was no room
  uint64_t mapped_bytes;  // of the table
};
LiveBlocks ReadLiveBlocks();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_LIVE_BLOCKS_H_
