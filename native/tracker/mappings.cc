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

struct Place {
  std::atomic<uintptr_t> start;  // or kFree, kBusy; who sets it to kBusy owns the rest
  size_t bytes;
  uint32_t module;
  bool is_reserved;
  bool is_file;
};

Place places[kPlaces];
// Places beyond it were never used; munmap looks at all before it.
std::atomic<uint32_t> places_used{0};
std::atomic<uint32_t> place_hint{0};
std::atomic<uint64_t> missed{0};

size_t PageBytes() {
  static const size_t page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
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
  place->bytes = mapping.bytes;
  place->module = mapping.module;
  place->is_reserved = mapping.is_reserved;
  place->is_file = mapping.is_file;
  place->start.store(mapping.start, std::memory_order_release);
  return true;
}

bool PutAnywhere(const Mapping& mapping) {
  const uint32_t used = places_used.load(kRelaxed);
  const uint32_t hint = place_hint.load(kRelaxed);
  for (uint32_t i = 0; i < used; ++i) {
    const uint32_t at = (hint + i) % used;
    if (places[at].start.load(kRelaxed) != kFree || !Put(&places[at], mapping)) continue;
    place_hint.store(at + 1, kRelaxed);
    return true;
  }
  const uint32_t at = places_used.fetch_add(1, kRelaxed);
  if (at < kPlaces) return Put(&places[at], mapping);
  places_used.store(kPlaces, kRelaxed);
  return false;
}

void Add(const Mapping& mapping) {
  if (PutAnywhere(mapping)) return Charge(mapping, 1);
  missed.fetch_add(1, kRelaxed);
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
  uint32_t used = places_used.load(kRelaxed);
  if (used > kPlaces) used = kPlaces;
  for (uint32_t i = 0; i < used; ++i) {
    Place& place = places[i];
    const uintptr_t seen = place.start.load(std::memory_order_acquire);
    // Its length may be another's by now; Take finds out.
    if (seen == kFree || (seen != kBusy && (seen >= end || seen + place.bytes <= start))) continue;
    Mapping whole;
    if (!Take(&place, &whole.start)) continue;
    whole.bytes = place.bytes;
    whole.module = place.module;
    whole.is_reserved = place.is_reserved;
    whole.is_file = place.is_file;
    const uintptr_t whole_end = whole.start + whole.bytes;
    if (whole.start >= end || whole_end <= start) {
      place.start.store(whole.start, std::memory_order_release);
      continue;
    }
    Mapping part = whole;
    part.start = whole.start > start ? whole.start : start;
    part.bytes = (whole_end < end ? whole_end : end) - part.start;
    // What stays below keeps the place; what stays above needs another.
    Charge(part, -1);
    place.bytes = part.start - whole.start;
    place.start.store(place.bytes == 0 ? kFree : whole.start, std::memory_order_release);
    if (whole_end > end) {
      Mapping above = whole;
      above.start = end;
      above.bytes = whole_end - end;
      Charge(above, -1);
      Add(above);
    }
    if (removed->count < RemovedMappings::kMost) removed->parts[removed->count] = part;
    ++removed->count;
  }
}

void RestoreMappings(const RemovedMappings& removed) {
  for (uint32_t i = 0; i < removed.count && i < RemovedMappings::kMost; ++i) Add(removed.parts[i]);
  if (removed.count > RemovedMappings::kMost) missed.fetch_add(1, kRelaxed);
}

bool ReadMapping(uint32_t* place, Mapping* mapping) {
  uint32_t used = places_used.load(kRelaxed);
  if (used > kPlaces) used = kPlaces;
  for (; *place < used; ++*place) {
    Place& candidate = places[*place];
    uintptr_t start;
    if (!Take(&candidate, &start)) continue;
    *mapping = {start, candidate.bytes, candidate.module, candidate.is_reserved, candidate.is_file};
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
