// Mappings that overlap in any way are compared with a model of pages, and are changed by threads.
#include "mappings.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "case.h"
#include "modules.h"

using stageprof_tracker::AddMapping;
using stageprof_tracker::ChangeAccess;
using stageprof_tracker::CountMissedMappings;
using stageprof_tracker::Mapping;
using stageprof_tracker::ModuleReading;
using stageprof_tracker::ReadMapping;
using stageprof_tracker::ReadModule;
using stageprof_tracker::RemovedMappings;
using stageprof_tracker::RemoveMappings;
using stageprof_tracker::RestoreMappings;

namespace {

// Addresses are only numbers here. Nothing is really mapped.
constexpr uintptr_t kBase = 0x100000000;
constexpr uint32_t kModules = 3;
constexpr int kThreads = 4;
const size_t page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));

uintptr_t PageAt(size_t page) {
  return kBase + page * page_bytes;
}

int64_t MappedPages(uint32_t module, bool is_reserved) {
  ModuleReading reading;
  EXPECT(ReadModule(module, &reading), ==, true);
  const int64_t bytes = is_reserved ? reading.reserved_bytes : reading.mapped_bytes;
  EXPECT(bytes % static_cast<int64_t>(page_bytes), ==, 0);
  return bytes / static_cast<int64_t>(page_bytes);
}

struct Page {
  bool is_mapped = false;
  uint32_t module = 0;
  bool is_reserved = false;
  bool is_file = false;
};

// Compares every live mapping that is read with the model, page by page.
void ExpectRead(const std::vector<Page>& pages) {
  std::vector<Page> found(pages.size());
  uint32_t position = 0;
  Mapping live;
  while (ReadMapping(&position, &live)) {
    const size_t first = (live.start - kBase) / page_bytes;
    for (size_t at = first; at < first + live.bytes / page_bytes; ++at) {
      EXPECT(found.at(at).is_mapped, ==, false);
      found.at(at) = {true, live.module, live.is_reserved, live.is_file};
    }
  }
  for (size_t at = 0; at < pages.size(); ++at) {
    EXPECT(found[at].is_mapped, ==, pages[at].is_mapped);
    EXPECT(found[at].module, ==, pages[at].module);
    EXPECT(found[at].is_reserved, ==, pages[at].is_reserved);
    EXPECT(found[at].is_file, ==, pages[at].is_file);
  }
}

// Even a mapping that is read while it changes must be one that a thread made.
void ReadAlong(const std::atomic<bool>* is_over) {
  while (!is_over->load()) {
    uint32_t position = 0;
    Mapping live;
    while (ReadMapping(&position, &live)) {
      EXPECT(live.start % page_bytes, ==, 0);
      EXPECT(live.bytes, >, 0);
      EXPECT(live.bytes % page_bytes, ==, 0);
      EXPECT(live.module, ==, live.start < PageAt(1000) ? 1 : 2);
    }
    std::this_thread::yield();
  }
}

}  // namespace

void mappings(uint32_t rounds, uint64_t seed) {
  Random random(seed);
  std::vector<Page> pages(200);
  for (uint32_t i = 0; i < rounds * 20; ++i) {
    const size_t first = random.Below(pages.size());
    const size_t count = 1 + random.Below(std::min<size_t>(pages.size() - first, 30));
    // The length is not a whole number of pages. The kernel rounds it up.
    const size_t bytes = count * page_bytes - random.Below(page_bytes);
    RemovedMappings removed;
    RemoveMappings(PageAt(first), bytes, &removed);
    const uint64_t kind = random.Below(10);
    if (kind == 0 && removed.count <= RemovedMappings::kMost) {
      RestoreMappings(removed);
    } else {
      Page page;
      const auto module = static_cast<uint32_t>(random.Below(kModules));
      if (kind < 6) page = {true, module, kind < 2, random.Below(2) == 0};
      if (page.is_mapped) {
        AddMapping({PageAt(first), bytes, page.module, page.is_reserved, page.is_file});
      }
      for (size_t at = first; at < first + count; ++at) pages[at] = page;
    }
    RemoveMappings(PageAt(first) + 1, bytes, &removed);
    EXPECT(removed.count, ==, 0);
    const size_t changed = random.Below(pages.size());
    const size_t changed_end = std::min(changed + random.Below(30), pages.size());
    const bool is_reserved_now = random.Below(2) == 0;
    ChangeAccess(PageAt(changed), (changed_end - changed) * page_bytes, is_reserved_now);
    for (size_t at = changed; at < changed_end; ++at) {
      if (pages[at].is_mapped) pages[at].is_reserved = is_reserved_now;
    }
    ExpectRead(pages);
    for (uint32_t module = 0; module < kModules; ++module) {
      for (const bool is_reserved : {false, true}) {
        int64_t expected = 0;
        for (const Page& page : pages) {
          expected += page.is_mapped && page.module == module && page.is_reserved == is_reserved;
        }
        EXPECT(MappedPages(module, is_reserved), ==, expected);
      }
    }
  }
  EXPECT(CountMissedMappings(), ==, 0);
}

// Together the threads map more than the table holds.
void mappings_full(uint32_t rounds, uint64_t) {
  constexpr size_t kPages = 8192 / kThreads + 50;
  uint64_t missed = 0;
  for (uint32_t round = 0; round < 1 + rounds / 50; ++round) {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([i] {
        for (size_t page = 0; page < kPages; ++page) {
          AddMapping({PageAt(2 * (i * kPages + page)), page_bytes, 1, false, false});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    missed += kThreads * kPages - 8192;
    EXPECT(MappedPages(1, false), ==, 8192);
    EXPECT(CountMissedMappings(), ==, missed);
    RemovedMappings removed;
    RemoveMappings(kBase, 2 * kThreads * kPages * page_bytes, &removed);
    EXPECT(removed.count, ==, 8192);
    EXPECT(MappedPages(1, false), ==, 0);
  }
}

// The threads share one mapping. Each removes the access from its own pages of it and unmaps them,
// and meanwhile maps and unmaps elsewhere.
void mappings_threads(uint32_t rounds, uint64_t seed) {
  constexpr size_t kPages = 40;
  uint32_t exact = 0;
  for (uint32_t round = 0; round < rounds; ++round) {
    const uint64_t missed = CountMissedMappings();
    AddMapping({PageAt(0), kPages * page_bytes, 1, false, false});
    std::vector<std::thread> threads;
    std::atomic<int> begun{0};
    std::atomic<bool> is_over{false};
    std::thread reader(ReadAlong, &is_over);
    for (size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([i, round, seed, &begun] {
        Random random(seed + round * kThreads + i);
        RemovedMappings removed;
        const size_t own = 1000 * (i + 1);
        begun.fetch_add(1);
        while (begun.load() < kThreads) std::this_thread::yield();
        const size_t from = random.Below(kPages);
        for (size_t at = 0; at < kPages; ++at) {
          const size_t page = (from + at) % kPages;
          if (page % kThreads == i) {
            ChangeAccess(PageAt(page), page_bytes, true);
            RemoveMappings(PageAt(page), page_bytes, &removed);
          }
          const size_t extent = 1 + random.Below(10);
          AddMapping({PageAt(own), extent * page_bytes, 2, false, false});
          RemoveMappings(PageAt(own), extent * page_bytes, &removed);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    is_over.store(true);
    reader.join();
    // A thread that waited too long for another's change counts as missed. Otherwise all is exact.
    if (CountMissedMappings() == missed) {
      ++exact;
      EXPECT(MappedPages(1, false), ==, 0);
      EXPECT(MappedPages(1, true), ==, 0);
      EXPECT(MappedPages(2, false), ==, 0);
    }
    RemovedMappings removed;
    RemoveMappings(kBase, 10000 * page_bytes, &removed);
    EXPECT(MappedPages(1, false), ==, 0);
    EXPECT(MappedPages(2, false), ==, 0);
  }
  EXPECT(exact, >, 0);
}

// The threads unmap one mapping page by page from its end. Each time the mapping keeps its start and
// loses its last pages, while other threads have read where it ended.
void mappings_shrinking(uint32_t rounds, uint64_t) {
  constexpr size_t kPages = 400;
  uint32_t exact = 0;
  for (uint32_t round = 0; round < rounds; ++round) {
    const uint64_t missed = CountMissedMappings();
    AddMapping({PageAt(0), kPages * page_bytes, 1, false, false});
    std::atomic<size_t> left{kPages};
    std::atomic<int> begun{0};
    std::vector<std::thread> threads;
    for (size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([missed, &left, &begun] {
        begun.fetch_add(1);
        while (begun.load() < kThreads) std::this_thread::yield();
        for (size_t page = left.fetch_sub(1) - 1; page < kPages; page = left.fetch_sub(1) - 1) {
          RemovedMappings removed;
          RemoveMappings(PageAt(page), page_bytes, &removed);
          if (CountMissedMappings() != missed) continue;
          EXPECT(removed.count, ==, 1);
          EXPECT(removed.parts[0].start, ==, PageAt(page));
          EXPECT(removed.parts[0].bytes, ==, page_bytes);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    if (CountMissedMappings() == missed) {
      ++exact;
      EXPECT(MappedPages(1, false), ==, 0);
    }
    RemovedMappings removed;
    RemoveMappings(kBase, kPages * page_bytes, &removed);
    EXPECT(MappedPages(1, false), ==, 0);
  }
  EXPECT(exact, >, 0);
}
