// The arena serves the blocks that are asked for before the real functions are found.
#include "arena.h"

#include <string.h>

#include <thread>
#include <vector>

#include "case.h"
#include "counters.h"
#include "hooked.h"

using stageprof_tracker::Arena;

namespace {

constexpr int kThreads = 4;

struct Block {
  unsigned char* start;
  size_t bytes;
  unsigned char mark;
};

void Fill(uint64_t seed, std::vector<Block>* blocks) {
  Random random(seed);
  for (;;) {
    const size_t bytes = random.Below(100);
    auto* start = static_cast<unsigned char*>(Arena::Allocate(bytes));
    if (start == nullptr) return;
    EXPECT(reinterpret_cast<uintptr_t>(start) % 16, ==, 0);
    EXPECT(Arena::UsableBytes(start), >=, bytes);
    const size_t usable = Arena::UsableBytes(start);
    for (size_t i = 0; i < usable; ++i) EXPECT(start[i], ==, 0);
    const auto mark = static_cast<unsigned char>(seed + blocks->size());
    memset(start, mark, usable);
    blocks->push_back({start, usable, mark});
  }
}

}  // namespace

// Threads use up the whole arena. No two blocks overlap, and the hooks can grow or free each of
// them.
void arena(uint32_t, uint64_t seed) {
  EXPECT(Arena::Allocate(SIZE_MAX) == nullptr, ==, true);
  std::vector<Block> blocks[kThreads];
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(Fill, seed + i, &blocks[i]);
  for (std::thread& thread : threads) thread.join();

  Random random(seed);
  size_t count = 0;
  int64_t live_bytes = 0;
  for (const auto& some : blocks) {
    for (const Block& block : some) {
      for (size_t i = 0; i < block.bytes; ++i) EXPECT(block.start[i], ==, block.mark);
      EXPECT(Arena::Holds(block.start), ==, true);
      // A hook whose next function is the arena's counts the block so.
      if (stageprof_tracker::AddAllocated(block.bytes)) stageprof_tracker::EndBatch();
      live_bytes += static_cast<int64_t>(block.bytes);
      ++count;
    }
  }
  EXPECT(count, >, 50);
  for (const auto& some : blocks) {
    for (const Block& block : some) {
      live_bytes -= static_cast<int64_t>(block.bytes);
      if (random.Below(2) == 0) {
        hooked_free(block.start);
        continue;
      }
      const size_t bytes = 1 + random.Below(200);
      auto* moved = static_cast<unsigned char*>(hooked_realloc(block.start, bytes));
      EXPECT(Arena::Holds(moved), ==, false);
      for (size_t i = 0; i < block.bytes && i < bytes; ++i) EXPECT(moved[i], ==, block.mark);
      EXPECT(ReadNow().live_bytes, >=, live_bytes + static_cast<int64_t>(bytes));
      hooked_free(moved);
    }
  }
  EXPECT(ReadNow().live_bytes, ==, 0);
}
