// Stacks are taken of blocks that threads allocate and free through libraries, while the tables move into
// a file, and in signal handlers. What the sites count is compared with what the program did.
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "case.h"
#include "hooked.h"
#include "plugins.h"
#include "stacks/sites.h"
#include "stacks/take_stack.h"

using stageprof_tracker::AddToSite;
using stageprof_tracker::kUnknownSite;
using stageprof_tracker::RemoveFromSite;
using stageprof_tracker::TakeSite;

namespace {

constexpr int kThreads = 4;
constexpr int kPlugins = 4;
constexpr int kPlaces = 64;
// Each is in the sample, at the rates that the checks have.
constexpr size_t kLeastBytes = 4096;

struct Sum {
  int64_t live_bytes = 0;
  uint64_t allocated_bytes = 0;
  uint32_t sites = 0;
};

// The sum of the sites with a frame of a library, or of all.
Sum SumOf(uint32_t module) {
  Sum sum;
  StageprofTrackerSite site;
  for (uint32_t index = 0; stageprof_tracker_v1.read_site(index, &site) == 0; ++index) {
    bool is_told = module == 0;
    for (uint32_t frame = 0; frame < site.frames_count && !is_told; ++frame) {
      is_told = (site.frames[frame] >> 48 & 0x3FFF) == module;
    }
    if (!is_told) continue;
    sum.live_bytes += site.live_bytes;
    sum.allocated_bytes += site.allocated_bytes;
    ++sum.sites;
  }
  return sum;
}

struct Plugin {
  AllocateDeep allocate;
  uint32_t module;
};

std::vector<Plugin> OpenPlugins() {
  std::vector<Plugin> plugins;
  for (int number = 0; number < kPlugins; ++number) {
    const AllocateDeep allocate = OpenPlugin(number);
    // A module has a number once it has allocated.
    hooked_free(allocate(hooked_malloc, kLeastBytes, 0));
    plugins.push_back(
        {allocate, stageprof_tracker_v1.find_module(reinterpret_cast<const void*>(allocate))});
  }
  return plugins;
}

struct Placed {
  void* block = nullptr;
  int plugin = 0;
};
std::atomic<void*> places[kPlaces];

}  // namespace

void stacks(uint32_t rounds, uint64_t seed) {
  Random random(seed);
  const std::vector<Plugin> plugins = OpenPlugins();
  Placed placed[kPlaces];
  int64_t live[kPlugins] = {};
  for (uint32_t step = 0; step < rounds * 50; ++step) {
    Placed& place = placed[random.Below(kPlaces)];
    if (place.block != nullptr) {
      live[place.plugin] -= static_cast<int64_t>(malloc_usable_size(place.block));
      hooked_free(place.block);
    }
    place.plugin = static_cast<int>(random.Below(kPlugins));
    place.block = plugins[place.plugin].allocate(hooked_malloc, kLeastBytes + random.Below(8192),
                                                 static_cast<int>(random.Below(12)));
    live[place.plugin] += static_cast<int64_t>(malloc_usable_size(place.block));
  }
  for (int plugin = 0; plugin < kPlugins; ++plugin) {
    const Sum sum = SumOf(plugins[plugin].module);
    EXPECT(sum.live_bytes, ==, live[plugin]);
    EXPECT(sum.sites, >, 1);
  }
  for (const Placed& place : placed) hooked_free(place.block);
  EXPECT(SumOf(0).live_bytes, ==, 0);
}

// Meanwhile the tables move, and somebody notes what has outlived which stages.
void stacks_threads(uint32_t rounds, uint64_t seed) {
  const std::vector<Plugin> plugins = OpenPlugins();
  const uint64_t before = SumOf(0).allocated_bytes;
  std::atomic<uint64_t> allocated{0};
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (uint64_t number = 0; number < kThreads; ++number) {
    threads.emplace_back([rounds, seed, number, &plugins, &allocated, &running] {
      static thread_local uint32_t stage;
      Random random(seed * kThreads + number);
      stageprof_tracker_v1.set_stage_word(&stage);
      for (uint32_t step = 0; step < rounds * 20; ++step) {
        // JS writes it while the thread reads it.
        __atomic_store_n(&stage, 1 + random.Below(5), __ATOMIC_RELAXED);
        void* const block = plugins[random.Below(kPlugins)].allocate(
            hooked_malloc, kLeastBytes + random.Below(8192), static_cast<int>(random.Below(12)));
        allocated.fetch_add(malloc_usable_size(block));
        hooked_free(places[random.Below(kPlaces)].exchange(block));
      }
      stageprof_tracker_v1.set_stage_word(nullptr);
      running.fetch_sub(1);
    });
  }
  uint64_t bytes = 0;
  stageprof_tracker_v1.read_stack_tables(&bytes);
  const int file = memfd_create("tables", 0);
  EXPECT(ftruncate(file, static_cast<off_t>(bytes)), ==, 0);
  EXPECT(stageprof_tracker_v1.move_stack_tables(file), ==, 0);
  while (running.load() > 0) {
    stageprof_tracker_v1.keep_outlived();
    stageprof_tracker_v1.note_end_of_stacks();
    stageprof_tracker_v1.forget_end_of_stacks();
    SumOf(0);
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT(SumOf(0).allocated_bytes - before, ==, allocated.load());
  for (std::atomic<void*>& place : places) hooked_free(place.load());
  EXPECT(SumOf(0).live_bytes, ==, 0);
}

namespace {

AllocateDeep deep = nullptr;
std::atomic<uint32_t> handled{0};
std::atomic<uint32_t> interrupted{0};

// No allocator works in the handlers of signals that come at any time. So the site is taken without one.
void* TakeAndCount(size_t) {
  const uint32_t site = TakeSite();
  if (site == kUnknownSite) interrupted.fetch_add(1);
  AddToSite(site, 100, 1);
  RemoveFromSite(site, 100, 1);
  return nullptr;
}

void HandleSignal(int) {
  deep(TakeAndCount, 0, static_cast<int>(handled.fetch_add(1) % 5));
}

}  // namespace

void stacks_signals(uint32_t rounds, uint64_t) {
  deep = OpenPlugin(0);
  struct sigaction action = {};
  action.sa_handler = HandleSignal;
  sigaction(SIGALRM, &action, nullptr);
  itimerval timer = {{0, 200}, {0, 200}};
  setitimer(ITIMER_REAL, &timer, nullptr);
  uint64_t taken = 0;
  for (; handled.load() < rounds * 5; ++taken) {
    deep(TakeAndCount, 0, static_cast<int>(taken % 12));
  }
  timer = {};
  setitimer(ITIMER_REAL, &timer, nullptr);
  EXPECT(SumOf(0).live_bytes, ==, 0);
  EXPECT(SumOf(0).allocated_bytes, ==, 100 * (taken + handled.load()));
  // A stack that a signal interrupts goes on; the one of the handler is not taken.
  EXPECT(interrupted.load(), <=, handled.load());
}
