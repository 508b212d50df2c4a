// Threads free each other's blocks and end, and are read meanwhile.
#include <malloc.h>
#include <pthread.h>

#include <atomic>
#include <thread>
#include <vector>

#include "case.h"
#include "hooked.h"

namespace {

constexpr int kThreads = 6;
constexpr int kPlaces = 64;
// The most that a block has: 300,000 bytes and what its allocator adds.
constexpr uint64_t kMostBytes = 310000;

struct Tally {
  int64_t allocated_bytes = 0;
  int64_t allocated_blocks = 0;
  int64_t freed_bytes = 0;
  int64_t freed_blocks = 0;

  void Allocated(void* block) {
    allocated_bytes += static_cast<int64_t>(malloc_usable_size(block));
    ++allocated_blocks;
  }
  void Free(void* block) {
    if (block == nullptr) return;
    freed_bytes += static_cast<int64_t>(malloc_usable_size(block));
    ++freed_blocks;
    hooked_free(block);
  }
  void Add(const Tally& other) {
    allocated_bytes += other.allocated_bytes;
    allocated_blocks += other.allocated_blocks;
    freed_bytes += other.freed_bytes;
    freed_blocks += other.freed_blocks;
  }
};

std::atomic<void*> places[kPlaces];

void Work(uint32_t rounds, uint64_t seed, Tally* tally) {
  Random random(seed);
  for (uint32_t i = 0; i < rounds * 20; ++i) {
    const size_t bytes = random.Below(50) == 0 ? random.Below(300000) : random.Below(2000);
    void* block = random.Below(2) == 0 ? hooked_malloc(bytes) : hooked_calloc(1, bytes);
    tally->Allocated(block);
    // A realloc to more memory than there is counts the block as freed, fails, and takes that back.
    if (random.Below(20) == 0) {
      EXPECT(hooked_realloc(block, SIZE_MAX / 4) == nullptr, ==, true);
    }
    tally->Free(places[random.Below(kPlaces)].exchange(block));
  }
}

// A count that only rises never falls, even when it is read while it changes. Freed bytes are the
// exception: they may fall by the blocks whose realloc is failing, at most one for each worker.
void Watch(const std::atomic<bool>* is_over) {
  const int32_t window = stageprof_tracker_v1.open_window();
  StageprofTrackerReading last = ReadWindow(window);
  while (!is_over->load()) {
    const StageprofTrackerReading now = ReadWindow(window);
    EXPECT(now.allocated_bytes, >=, last.allocated_bytes);
    EXPECT(now.allocated_blocks, >=, last.allocated_blocks);
    EXPECT(now.freed_bytes + kThreads * kMostBytes, >=, last.freed_bytes);
    EXPECT(now.freed_blocks + kThreads, >=, last.freed_blocks);
    EXPECT(now.peak_bytes, >=, last.peak_bytes);
    EXPECT(now.peak_bytes, >=, now.live_bytes);
    EXPECT(now.window_peak_bytes, >=, now.live_bytes);
    last = now;
    StageprofTrackerState state;
    stageprof_tracker_v1.read_state(&state);
    EXPECT(state.threads, <=, state.threads_highest);
  }
  stageprof_tracker_v1.close_window(window);
}

void ExpectExact(const Tally& tally) {
  const StageprofTrackerReading now = ReadNow();
  EXPECT(now.allocated_bytes, ==, tally.allocated_bytes);
  EXPECT(now.allocated_blocks, ==, tally.allocated_blocks);
  EXPECT(now.freed_bytes, ==, tally.freed_bytes);
  EXPECT(now.freed_blocks, ==, tally.freed_blocks);
  EXPECT(now.live_bytes, ==, tally.allocated_bytes - tally.freed_bytes);
}

pthread_key_t late_key;
thread_local Tally* late_tally = nullptr;

// This destructor is called again as long as it sets the key, so some rounds come after the
// tracker's own handler.
void AllocateLate(void* round) {
  for (int i = 0; i < 3; ++i) {
    void* block = hooked_malloc(3000);
    late_tally->Allocated(block);
    late_tally->Free(places[i].exchange(block));
  }
  const auto next = reinterpret_cast<intptr_t>(round) + 1;
  if (next < 4) pthread_setspecific(late_key, reinterpret_cast<void*>(next));
}

void WorkAndEnd(uint64_t seed, Tally* tally) {
  late_tally = tally;
  pthread_setspecific(late_key, reinterpret_cast<void*>(1));
  Work(1, seed, tally);
}

}  // namespace

void threads(uint32_t rounds, uint64_t seed) {
  std::atomic<bool> is_over{false};
  std::thread watcher(Watch, &is_over);
  Tally tallies[kThreads];
  std::vector<std::thread> workers;
  for (int i = 0; i < kThreads; ++i) workers.emplace_back(Work, rounds, seed + i, &tallies[i]);
  for (std::thread& worker : workers) worker.join();
  is_over.store(true);
  watcher.join();

  Tally all;
  for (const Tally& tally : tallies) all.Add(tally);
  ExpectExact(all);
  StageprofTrackerState state;
  stageprof_tracker_v1.read_state(&state);
  EXPECT(state.threads, ==, 1);
  EXPECT(state.threads_seen, ==, kThreads + 2);
  for (auto& place : places) all.Free(place.exchange(nullptr));
  ExpectExact(all);
}

void threads_ending(uint32_t rounds, uint64_t seed) {
  EXPECT(pthread_key_create(&late_key, AllocateLate), ==, 0);
  Tally all;
  for (uint32_t round = 0; round < rounds; ++round) {
    Tally tallies[kThreads];
    std::vector<std::thread> workers;
    for (int i = 0; i < kThreads; ++i) {
      workers.emplace_back(WorkAndEnd, seed + round * kThreads + i, &tallies[i]);
    }
    for (std::thread& worker : workers) worker.join();
    for (const Tally& tally : tallies) all.Add(tally);
    ExpectExact(all);
  }
  for (auto& place : places) all.Free(place.exchange(nullptr));
  ExpectExact(all);
}
