// The table of modules is compared with a model, and threads load modules, allocate in them and
// unload them.
#include "modules.h"

#include <dlfcn.h>
#include <malloc.h>
#include <string.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "case.h"
#include "hooked.h"
#include "module_table.h"
#include "plugins.h"

using stageprof_tracker::CountMissedModules;
using stageprof_tracker::CountModules;
using stageprof_tracker::FindModule;
using stageprof_tracker::kUnknownModule;
using stageprof_tracker::ModuleReading;
using stageprof_tracker::PutModule;
using stageprof_tracker::ReadModule;

namespace {

constexpr int kThreads = 4;

struct Range {
  uintptr_t start;
  uintptr_t end;
};

// Some of the names are longer than a row has room for.
std::string NameOf(uint64_t number) {
  return std::string(number % 5 == 0 ? 300 : 3, '/') + std::to_string(number) + ".so";
}

struct Sum {
  uint64_t bytes = 0;
  uint64_t blocks = 0;
};

// Sums by the end of the name, because one module may have two rows.
Sum SumOf(const std::string& end) {
  Sum sum;
  ModuleReading reading;
  for (uint32_t i = 0; i < CountModules(); ++i) {
    if (!ReadModule(i, &reading)) continue;
    const std::string name = reading.name;
    if (name.size() < end.size() || name.compare(name.size() - end.size(), end.size(), end) != 0) {
      continue;
    }
    sum.bytes += reading.allocated_bytes;
    sum.blocks += reading.allocated_blocks;
  }
  return sum;
}

// A module can be charged to the row of another only while one thread unloads it and a second
// thread loads at the same address. This mutex prevents that.
std::mutex loading;

void LoadAndAllocate(uint32_t rounds, uint64_t seed, int number, Sum* sum) {
  Random random(seed + static_cast<uint64_t>(number));
  const std::string path = PluginPath(number);
  for (uint32_t round = 0; round < rounds; ++round) {
    loading.lock();
    void* plugin = dlopen(path.c_str(), RTLD_NOW);
    loading.unlock();
    EXPECT(plugin != nullptr, ==, true);
    const auto allocate =
        reinterpret_cast<void* (*)(void* (*)(size_t), size_t)>(dlsym(plugin, "allocate_here"));
    for (uint64_t i = random.Below(60); i > 0; --i) {
      void* block = allocate(hooked_malloc, random.Below(3000));
      sum->bytes += malloc_usable_size(block);
      ++sum->blocks;
      hooked_free(block);
    }
    if (random.Below(4) == 0) stageprof_tracker_v1.refresh_modules();
    loading.lock();
    EXPECT(hooked_dlclose(plugin), ==, 0);
    loading.unlock();
  }
}

void ReadAll(const std::atomic<bool>* is_over) {
  while (!is_over->load()) {
    const uint32_t count = CountModules();
    for (uint32_t i = 0; i <= count; ++i) {
      StageprofTrackerModule module;
      if (stageprof_tracker_v1.read_module(i, &module) == 0) EXPECT(strlen(module.name), >, 0);
    }
  }
}

}  // namespace

void modules(uint32_t rounds, uint64_t seed) {
  Random random(seed);
  std::map<std::string, Range> ranges;
  std::map<std::string, uint32_t> rows;
  const size_t room = stageprof_tracker::kModules - CountModules();
  uint32_t missed = 0;
  for (uint32_t i = 0; i < 1000 + rounds * 10; ++i) {
    const std::string name = NameOf(random.Below(600));
    // These addresses are below those that the loader uses.
    const uintptr_t start = 0x1000 * (1 + random.Below(15000));
    const Range range = {start, start + 0x1000 * (1 + random.Below(40))};
    const uint32_t row = PutModule(name.c_str(), range.start, range.end);
    if (rows.count(name) == 0 && rows.size() == room) {
      EXPECT(row, ==, kUnknownModule);
      EXPECT(CountMissedModules(), ==, ++missed);
      continue;
    }
    EXPECT(row, !=, kUnknownModule);
    if (rows.count(name) != 0) EXPECT(row, ==, rows[name]);
    rows[name] = row;
    for (auto& [other, its] : ranges) {
      if (its.start < range.end && range.start < its.end) its.end = 0;
    }
    ranges[name] = range;

    const uintptr_t address = 0x1000 * random.Below(16000) + 5;
    uint32_t expected = kUnknownModule;
    for (const auto& [other, its] : ranges) {
      if (its.start <= address && address < its.end) expected = rows[other];
    }
    EXPECT(FindModule(address), ==, expected);
    ModuleReading reading;
    EXPECT(ReadModule(row, &reading), ==, true);
    const size_t kept = std::min<size_t>(name.size(), stageprof_tracker::kModuleNameBytes - 1);
    EXPECT(name.substr(name.size() - kept) == reading.name, ==, true);
  }
}

void modules_threads(uint32_t rounds, uint64_t seed) {
  std::atomic<bool> is_over{false};
  std::thread reader(ReadAll, &is_over);
  Sum sums[kThreads];
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back(LoadAndAllocate, rounds, seed, i, &sums[i]);
  }
  for (std::thread& thread : threads) thread.join();
  is_over.store(true);
  reader.join();
  for (int i = 0; i < kThreads; ++i) {
    const Sum found = SumOf("plugin" + std::to_string(i) + ".so");
    EXPECT(found.bytes, ==, stageprof_tracker::tracks_modules ? sums[i].bytes : 0);
    EXPECT(found.blocks, ==, stageprof_tracker::tracks_modules ? sums[i].blocks : 0);
  }
}

// A module moves from above an address to below it, as one that is unloaded and loaded again does.
// It never contains that address, even when its range is read while it changes. No range is used
// twice.
void modules_moving(uint32_t rounds, uint64_t) {
  constexpr uintptr_t kBetween = 0x40000000;
  std::atomic<bool> is_over{false};
  std::thread reader([&is_over] {
    while (!is_over.load()) EXPECT(FindModule(kBetween), ==, kUnknownModule);
  });
  for (uintptr_t i = 1; i <= rounds * 10000u; ++i) {
    const uintptr_t start = i % 2 == 0 ? kBetween / 4 + 16 * i : 2 * kBetween + 16 * i;
    EXPECT(PutModule("moving.so", start, start + 16), !=, kUnknownModule);
  }
  is_over.store(true);
  reader.join();
}
