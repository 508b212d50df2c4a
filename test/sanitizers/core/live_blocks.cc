// The table of sampled blocks is compared with a model, and is changed by threads and by a signal
// handler.
#include "live_blocks.h"

#include <signal.h>
#include <sys/time.h>

#include <atomic>
#include <thread>
#include <unordered_map>
#include <vector>

#include "case.h"
#include "modules.h"
#include "sampling.h"

using stageprof_tracker::ForgetSampled;
using stageprof_tracker::HashOfBlock;
using stageprof_tracker::MayBeSampled;
using stageprof_tracker::PutSampled;
using stageprof_tracker::ReadHeldBytes;
using stageprof_tracker::ReadLiveBlocks;
using stageprof_tracker::RestoreSampled;
using stageprof_tracker::SampledBlock;
using stageprof_tracker::TakeSampled;

namespace {

// Addresses are only numbers here. Nothing is really allocated.
constexpr uintptr_t kBase = 0x7f0000000000;
constexpr int kThreads = 4;
// A bucket has eight ways in each of six tables.
constexpr size_t kRoom = 48;

const void* Block(uintptr_t address) {
  return reinterpret_cast<const void*>(address);
}

// Addresses that meet in one bucket of each table: bits 21 to 50 of their hashes, which choose the
// buckets, are zero. A hash is the address times an odd number, and so can be turned back.
std::vector<uintptr_t> AddressesOfOneBucket(size_t count) {
  const uint64_t factor = HashOfBlock(Block(8));
  uint64_t inverse = factor;
  for (int round = 0; round < 5; ++round) inverse *= 2 - factor * inverse;
  std::vector<uintptr_t> addresses;
  for (uint64_t low = 1; addresses.size() < count; ++low) {
    const uint64_t hash = (low << 51) | low;
    const uint64_t eighth = hash * inverse;
    if (eighth >> 61 != 0) continue;
    EXPECT(HashOfBlock(Block(eighth << 3)), ==, hash);
    addresses.push_back(eighth << 3);
  }
  return addresses;
}

}  // namespace

// Some of the addresses meet in one bucket, and the others lie anywhere.
void live_blocks(uint32_t rounds, uint64_t seed) {
  Random random(seed);
  const std::vector<uintptr_t> crowd = AddressesOfOneBucket(kRoom + 8);
  size_t crowd_held = 0;
  std::unordered_map<uintptr_t, SampledBlock> model;
  uint64_t missed = 0;
  for (uint32_t i = 0; i < rounds * 200; ++i) {
    const bool is_of_crowd = random.Below(4) == 0;
    const uintptr_t address =
        is_of_crowd ? crowd[random.Below(crowd.size())] : kBase - 8 * (1 + random.Below(4096));
    const auto found = model.find(address);
    SampledBlock taken = {};
    if (found != model.end()) {
      EXPECT(MayBeSampled(Block(address)), ==, true);
      EXPECT(TakeSampled(Block(address), &taken), ==, true);
      EXPECT(taken.weight, ==, found->second.weight);
      EXPECT(taken.module, ==, found->second.module);
      EXPECT(taken.site, ==, found->second.site);
      model.erase(found);
      if (is_of_crowd) --crowd_held;
      continue;
    }
    EXPECT(TakeSampled(Block(address), &taken), ==, false);
    const SampledBlock block = {1 + random.Below(1u << 30), i, i, ~i, i};
    const bool is_put = PutSampled(Block(address), block);
    if (is_put) {
      model.emplace(address, block);
      if (is_of_crowd) ++crowd_held;
    } else {
      ++missed;
    }
    EXPECT(is_put || is_of_crowd, ==, true);
    EXPECT(crowd_held, <=, kRoom);
    EXPECT(ReadLiveBlocks().missed, ==, missed);
  }
  for (const auto& [address, block] : model) {
    SampledBlock taken;
    EXPECT(TakeSampled(Block(address), &taken), ==, true);
    EXPECT(taken.weight, ==, block.weight);
  }
  for (const uintptr_t address : crowd) EXPECT(MayBeSampled(Block(address)), ==, false);
}

// An address goes from thread to thread at once, as an allocator hands it out again. All addresses
// meet in one bucket, which has no room for some of them.
void live_blocks_threads(uint32_t rounds, uint64_t seed) {
  struct Owned {
    uintptr_t address;
    bool is_put;
    SampledBlock block;
  };
  std::vector<Owned> all;
  for (const uintptr_t address : AddressesOfOneBucket(2 * kRoom)) {
    all.push_back({address, false, {}});
  }
  // A thread owns what it has taken out of here.
  std::vector<std::atomic<Owned*>> shared(all.size());
  for (size_t i = 0; i < all.size(); ++i) shared[i].store(&all[i]);
  std::atomic<uint64_t> missed{0};
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([rounds, seed, i, &shared, &missed] {
      Random random(seed * kThreads + i);
      for (uint32_t step = 0; step < rounds * 200; ++step) {
        auto& slot = shared[random.Below(shared.size())];
        Owned* const owned = slot.exchange(nullptr, std::memory_order_acquire);
        if (owned == nullptr) continue;
        const void* const address = Block(owned->address);
        SampledBlock taken = {};
        EXPECT(!owned->is_put || MayBeSampled(address), ==, true);
        EXPECT(TakeSampled(address, &taken), ==, owned->is_put);
        if (owned->is_put) {
          EXPECT(taken.weight, ==, owned->block.weight);
          EXPECT(taken.module, ==, owned->block.module);
        }
        if (owned->is_put || random.Below(4) == 0) {
          owned->is_put = false;
        } else {
          owned->block = {step, 1, static_cast<uint32_t>(i), 0, step};
          owned->is_put = PutSampled(address, owned->block);
          if (!owned->is_put) missed.fetch_add(1);
        }
        slot.store(owned, std::memory_order_release);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT(ReadLiveBlocks().missed, ==, missed.load());
  for (const Owned& owned : all) {
    SampledBlock taken;
    EXPECT(TakeSampled(Block(owned.address), &taken), ==, owned.is_put);
  }
  for (const Owned& owned : all) EXPECT(MayBeSampled(Block(owned.address)), ==, false);
}

namespace {

std::vector<uintptr_t> of_handler;
std::atomic<uint32_t> handled{0};

void HandleSignal(int) {
  const uint32_t count = handled.fetch_add(1);
  const uintptr_t address = of_handler[count / 2 % of_handler.size()];
  if (count % 2 == 0) return RestoreSampled(Block(address), {100, 1, 2, 0});
  EXPECT(ForgetSampled(Block(address)).weight, ==, 100);
}

}  // namespace

// An allocator that works in a signal handler may be interrupted in the table and come back there.
void live_blocks_signals(uint32_t rounds, uint64_t) {
  std::vector<uintptr_t> addresses = AddressesOfOneBucket(16);
  of_handler.assign(addresses.begin() + 8, addresses.end());
  addresses.resize(8);
  struct sigaction action = {};
  action.sa_handler = HandleSignal;
  sigaction(SIGALRM, &action, nullptr);
  itimerval timer = {{0, 100}, {0, 100}};
  setitimer(ITIMER_REAL, &timer, nullptr);
  for (uint32_t i = 0; handled.load() < rounds * 10; ++i) {
    const void* const block = Block(addresses[i % addresses.size()]);
    RestoreSampled(block, {1 + i % 1000, 1, 1, 0});
    EXPECT(ForgetSampled(block).weight, ==, 1 + i % 1000);
  }
  timer = {};
  setitimer(ITIMER_REAL, &timer, nullptr);
  if (handled.load() % 2 == 1) HandleSignal(SIGALRM);
  EXPECT(ReadHeldBytes(1), ==, 0);
  EXPECT(ReadHeldBytes(2), ==, 0);
  EXPECT(ReadLiveBlocks().missed, ==, 0);
}
