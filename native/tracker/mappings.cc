#include "mappings.h"

#include <unistd.h>

#include <atomic>

#include "modules.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

constexpr uint32_t kPlaces = 8192;
// A start of a mapping is a multiple of the page: these two never are one.
constexpr uintptr_t kFree = 0;
constexpr uintptr_t kBusy = 1;
// How long another thread's change is waited for. A bound, because that thread may be the one that
// this is a signal handler of, or stayed behind in a fork.
constexpr int kPatience = 1000;
// How often the table is looked through once more when others split mappings meanwhile.
constexpr int kScans = 100;

struct Place {
  std::atomic<uintptr_t> start;  // or kFree, kBusy; who sets it to kBusy owns the rest
  std::atomic<size_t> bytes;     // others look at it before they decide to take the place
  uint32_t module;
  bool is_reserved;
  bool is_file;
};

Place places[kPlaces];
// Places beyond it were never used; munmap looks at all before it.
std::atomic<uint32_t> places_used{0};
std::atomic<uint32_t> place_hint{0};
// Raised when part of a mapping got a place of its own: who looked there before it, and at the old
// place after it, has not seen that part.
std::atomic<uint32_t> splits{0};
std::atomic<uint64_t> missed{0};

// Not a local static that the first caller sets: without thread-safe statics a second thread may
// find it marked as set and still zero.
std::atomic<size_t> known_page_bytes{0};

size_t PageBytes() {
  size_t page_bytes = known_page_bytes.load(kRelaxed);
  if (page_bytes == 0) {
    page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    known_page_bytes.store(page_bytes, kRelaxed);
  }
  return page_bytes;
}

size_t RoundUp(size_t bytes) {
  return (bytes + PageBytes() - 1) & ~(PageBytes() - 1);
}

void Charge(const Mapping& mapping, int sign) {
  ChargeMapping(mapping.module, mapping.is_reserved, sign * static_cast<int64_t>(mapping.bytes));
}

bool Take(Place* place, uintptr_t* start) {
  for (int i = 0; i < kPatience; ++i) {
    uintptr_t seen = place->start.load(kRelaxed);
    if (seen == kFree) return false;
    if (seen != kBusy &&
        place->start.compare_exchange_weak(seen, kBusy, std::memory_order_acquire, kRelaxed)) {
      *start = seen;
      return true;
    }
  }
  missed.fetch_add(1, kRelaxed);
  return false;
}

bool Put(Place* place, const Mapping& mapping) {
  uintptr_t free = kFree;
  if (!place->start.compare_exchange_strong(free, kBusy, std::memory_order_acquire, kRelaxed)) {
    return false;
  }
  place->bytes.store(mapping.bytes, std::memory_order_release);
  place->module = mapping.module;
  place->is_reserved = mapping.is_reserved;
  place->is_file = mapping.is_file;
  place->start.store(mapping.start, std::memory_order_release);
  return true;
}

bool PutAnywhere(const Mapping& mapping) {
  for (;;) {
    const uint32_t used = places_used.load(kRelaxed);
    const uint32_t hint = place_hint.load(kRelaxed);
    for (uint32_t i = 0; i < used; ++i) {
      const uint32_t at = (hint + i) % used;
      if (places[at].start.load(kRelaxed) != kFree || !Put(&places[at], mapping)) continue;
      place_hint.store(at + 1, kRelaxed);
      return true;
    }
    if (used == kPlaces) return false;
    // Another thread may widen the table first, or take the new place: then there is more to see.
    uint32_t seen = used;
    if (places_used.compare_exchange_strong(seen, used + 1, kRelaxed) &&
        Put(&places[used], mapping)) {
      return true;
    }
  }
}

void Add(const Mapping& mapping) {
  if (PutAnywhere(mapping)) return Charge(mapping, 1);
  missed.fetch_add(1, kRelaxed);
}

// Without taking it: most places are of no concern to a munmap.
bool LiesOutside(const Place& place, uintptr_t start, uintptr_t end) {
  const uintptr_t seen = place.start.load(std::memory_order_acquire);
  if (seen == kFree) return true;
  if (seen == kBusy) return false;
  const uintptr_t seen_end = seen + place.bytes.load(std::memory_order_acquire);
  // Start and length of two different mappings if it changed meanwhile; Take finds out.
  return (seen >= end || seen_end <= start) && place.start.load(kRelaxed) == seen;
}

// Takes [start, end) out of the mapping in a place, if that reaches in there. Returns the splits it
// made.
uint32_t RemoveFrom(Place* place, uintptr_t start, uintptr_t end, RemovedMappings* removed) {
  if (LiesOutside(*place, start, end)) return 0;
  Mapping whole;
  if (!Take(place, &whole.start)) return 0;
  whole.bytes = place->bytes.load(kRelaxed);
  whole.module = place->module;
  whole.is_reserved = place->is_reserved;
  whole.is_file = place->is_file;
  const uintptr_t whole_end = whole.start + whole.bytes;
  if (whole.start >= end || whole_end <= start) {
    place->start.store(whole.start, std::memory_order_release);
    return 0;
  }
  Mapping below = whole;
  Mapping part = whole;
  Mapping above = whole;
  part.start = whole.start > start ? whole.start : start;
  above.start = whole_end < end ? whole_end : end;
  below.bytes = part.start - whole.start;
  part.bytes = above.start - part.start;
  above.bytes = whole_end - above.start;
  Charge(part, -1);
  // One of the two that stay keeps the place. Where both do, the other has its own before this one
  // is let go: whoever waits here for the other must not have to look for it in vain.
  const Mapping& kept = below.bytes != 0 ? below : above;
  const bool is_split = below.bytes != 0 && above.bytes != 0;
  if (is_split) {
    Charge(above, -1);
    Add(above);
    splits.fetch_add(1, std::memory_order_release);
  }
  place->bytes.store(kept.bytes, std::memory_order_release);
  place->start.store(kept.bytes == 0 ? kFree : kept.start, std::memory_order_release);
  if (removed->count < RemovedMappings::kMost) removed->parts[removed->count] = part;
  ++removed->count;
  return is_split ? 1 : 0;
}

}  // namespace

void AddMapping(const Mapping& mapping) {
  Mapping whole = mapping;
  whole.bytes = RoundUp(mapping.bytes);
  Add(whole);
}

void RemoveMappings(uintptr_t start, size_t bytes, RemovedMappings* removed) {
  removed->count = 0;
  if (start % PageBytes() != 0) return;  // the kernel will refuse it
  const uintptr_t end = start + RoundUp(bytes);
  for (int i = 0; i < kScans; ++i) {
    uint32_t expected_splits = splits.load(std::memory_order_acquire);
    const uint32_t used = places_used.load(kRelaxed);
    for (uint32_t at = 0; at < used; ++at) {
      expected_splits += RemoveFrom(&places[at], start, end, removed);
    }
    if (splits.load(kRelaxed) == expected_splits) return;
  }
  missed.fetch_add(1, kRelaxed);
}

void RestoreMappings(const RemovedMappings& removed) {
  for (uint32_t i = 0; i < removed.count && i < RemovedMappings::kMost; ++i) Add(removed.parts[i]);
  if (removed.count > RemovedMappings::kMost) missed.fetch_add(1, kRelaxed);
}

bool ReadMapping(uint32_t* place, Mapping* mapping) {
  const uint32_t used = places_used.load(kRelaxed);
  for (; *place < used; ++*place) {
    Place& candidate = places[*place];
    uintptr_t start;
    if (!Take(&candidate, &start)) continue;
    *mapping = {start, candidate.bytes.load(kRelaxed), candidate.module, candidate.is_reserved,
                candidate.is_file};
    candidate.start.store(start, std::memory_order_release);
    ++*place;
    return true;
  }
  return false;
}

uint64_t CountMissedMappings() {
  return missed.load(kRelaxed);
}

}  // namespace stageprof_tracker
