#include "mappings.h"

#include <sched.h>
#include <unistd.h>

#include <atomic>

#include "modules.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

constexpr uint32_t kSlots = 8192;
// A bit in the start of a mapping, which is a multiple of the page: another thread is changing the
// slot.
constexpr uintptr_t kBusy = 1;
// How often a slot that another thread is changing is looked at, and after how many looks this
// thread yields the processor. The number is bounded, because the other thread may be the one that
// this signal handler interrupted, or may not exist in a forked child.
constexpr int kPatience = 250;
constexpr int kPatienceAwake = 200;
// How often the table is gone through again when others moved mappings meanwhile.
constexpr int kScans = 100;

struct Slot {
  // 0 in a free slot. The thread that sets kBusy owns the rest of the slot. The range is the one
  // before the change until the change is done, so threads that work on other memory need not wait.
  std::atomic<uintptr_t> start;
  std::atomic<size_t> bytes;
  uint32_t module;
  bool is_reserved;
  bool is_file;
};

Slot slots[kSlots];
// Slots from here on were never used; munmap goes through all before it.
std::atomic<uint32_t> slots_used{0};
std::atomic<uint32_t> slot_hint{0};
// Raised when memory moves from one slot to another: after it is in the new slot, and before it has
// left the old one. A thread that did not find it meanwhile looks again.
std::atomic<uint32_t> moves{0};
std::atomic<uint64_t> missed{0};

// Not a local static that the first caller sets: without thread-safe statics a second thread may
// find it marked as set while it is still zero.
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

// A slot without any bytes left becomes free.
void GiveBack(Slot* slot, uintptr_t start, size_t bytes) {
  slot->bytes.store(bytes, std::memory_order_release);
  slot->start.store(bytes == 0 ? 0 : start, std::memory_order_release);
}

enum Taken { kElsewhere, kTaken, kKeptByOther };

// Takes the slot if it has a part of [start, end). The caller decides what a slot that another
// thread keeps means: a mapping is missed only if its change was not made.
Taken Take(Slot* slot, uintptr_t start, uintptr_t end, Mapping* mapping) {
  for (int i = 0; i < kPatience; ++i) {
    uintptr_t seen = slot->start.load(std::memory_order_acquire);
    const uintptr_t from = seen & ~kBusy;
    const uintptr_t to = from + slot->bytes.load(std::memory_order_acquire);
    if (from == 0 || from >= end || to <= start) return kElsewhere;
    if (seen == from && slot->start.compare_exchange_weak(seen, from | kBusy,
                                                          std::memory_order_acquire, kRelaxed)) {
      *mapping = {from, slot->bytes.load(kRelaxed), slot->module, slot->is_reserved, slot->is_file};
      if (from + mapping->bytes > start) return kTaken;
      // Another thread has cut this part off since its end was read. The start was the same again.
      GiveBack(slot, from, mapping->bytes);
      return kElsewhere;
    }
    if (i >= kPatienceAwake) sched_yield();
  }
  return kKeptByOther;
}

bool Put(Slot* slot, const Mapping& mapping) {
  uintptr_t free = 0;
  if (!slot->start.compare_exchange_strong(free, kBusy, std::memory_order_acquire, kRelaxed)) {
    return false;
  }
  slot->module = mapping.module;
  slot->is_reserved = mapping.is_reserved;
  slot->is_file = mapping.is_file;
  GiveBack(slot, mapping.start, mapping.bytes);
  return true;
}

bool PutAnywhere(const Mapping& mapping) {
  while (true) {
    const uint32_t used = slots_used.load(kRelaxed);
    const uint32_t hint = slot_hint.load(kRelaxed);
    for (uint32_t i = 0; i < used; ++i) {
      const uint32_t at = (hint + i) % used;
      if (slots[at].start.load(kRelaxed) != 0 || !Put(&slots[at], mapping)) continue;
      slot_hint.store(at + 1, kRelaxed);
      return true;
    }
    if (used == kSlots) return false;
    // Another thread may enlarge the table first, or take the new slot. The larger table is then
    // gone through again.
    uint32_t seen = used;
    if (slots_used.compare_exchange_strong(seen, used + 1, kRelaxed) &&
        Put(&slots[used], mapping)) {
      return true;
    }
  }
}

bool IsLike(const Mapping& one, const Mapping& other) {
  return one.module == other.module && one.is_reserved == other.is_reserved &&
         one.is_file == other.is_file;
}

// Joins the mapping with those that it touches. Otherwise an allocator that makes its reservation
// usable piece by piece would need a slot for each piece.
bool Join(const Mapping& mapping) {
  const uintptr_t end = mapping.start + mapping.bytes;
  Slot* below = nullptr;
  Slot* above = nullptr;
  const uint32_t used = slots_used.load(kRelaxed);
  for (uint32_t i = 0; i < used; ++i) {
    const uintptr_t from = slots[i].start.load(std::memory_order_acquire);
    if (from == 0 || (from & kBusy) != 0) continue;
    if (from == end) above = &slots[i];
    if (from + slots[i].bytes.load(kRelaxed) == mapping.start) below = &slots[i];
  }
  // No thread waits for the lower slot while it holds the upper one, so two threads cannot wait for
  // each other.
  Mapping lower;
  Mapping upper;
  bool has_below =
      below != nullptr && Take(below, mapping.start - 1, mapping.start, &lower) == kTaken;
  if (has_below && (lower.start + lower.bytes != mapping.start || !IsLike(lower, mapping))) {
    GiveBack(below, lower.start, lower.bytes);
    has_below = false;
  }
  bool has_above = above != nullptr && Take(above, end, end + 1, &upper) == kTaken;
  if (has_above && (upper.start != end || !IsLike(upper, mapping))) {
    GiveBack(above, upper.start, upper.bytes);
    has_above = false;
  }
  if (has_below) {
    const size_t above_bytes = has_above ? upper.bytes : 0;
    GiveBack(below, lower.start, lower.bytes + mapping.bytes + above_bytes);
    if (has_above) {
      moves.fetch_add(1, std::memory_order_acq_rel);
      GiveBack(above, 0, 0);
    }
  } else if (has_above) {
    GiveBack(above, mapping.start, mapping.bytes + upper.bytes);
  }
  return has_below || has_above;
}

void Add(const Mapping& mapping) {
  if (Join(mapping) || PutAnywhere(mapping)) return Charge(mapping, 1);
  missed.fetch_add(1, kRelaxed);
}

// Takes [start, end) out of a mapping whose slot this thread has taken. The part below keeps the
// slot; the part above needs another.
Mapping Cut(Slot* slot, const Mapping& whole, uintptr_t start, uintptr_t end) {
  const uintptr_t whole_end = whole.start + whole.bytes;
  Mapping part = whole;
  part.start = whole.start > start ? whole.start : start;
  part.bytes = (whole_end < end ? whole_end : end) - part.start;
  Charge(part, -1);
  if (whole_end > end) {
    Mapping above = whole;
    above.start = end;
    above.bytes = whole_end - end;
    Charge(above, -1);
    Add(above);
    moves.fetch_add(1, std::memory_order_acq_rel);
  }
  GiveBack(slot, whole.start, part.start - whole.start);
  return part;
}

// Cuts [start, start + bytes) out of every mapping for which `is_concerned` is true, and passes the
// part to `use`.
template <typename Concerned, typename Use>
void CutAll(uintptr_t start, size_t bytes, Concerned is_concerned, Use use) {
  const uintptr_t end = start + RoundUp(bytes);
  size_t left = end - start;
  for (int scan = 0; scan < kScans; ++scan) {
    const uint32_t moves_before = moves.load(std::memory_order_acquire);
    const uint32_t used = slots_used.load(kRelaxed);
    for (uint32_t i = 0; i < used && left != 0; ++i) {
      Mapping whole;
      const Taken taken = Take(&slots[i], start, end, &whole);
      if (taken == kKeptByOther) missed.fetch_add(1, kRelaxed);
      if (taken != kTaken) continue;
      if (!is_concerned(whole)) {
        GiveBack(&slots[i], whole.start, whole.bytes);
        continue;
      }
      const Mapping part = Cut(&slots[i], whole, start, end);
      left -= part.bytes;
      use(part);
    }
    if (left == 0 || moves.load(kRelaxed) == moves_before) return;
  }
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
  CutAll(
      start, bytes, [](const Mapping&) { return true; },
      [removed](const Mapping& part) {
        if (removed->count < RemovedMappings::kMost) removed->parts[removed->count] = part;
        ++removed->count;
      });
}

// glibc refuses a start within a page. musl begins with its page instead.
void ChangeAccess(uintptr_t start, size_t bytes, bool is_reserved) {
  const uintptr_t first = start & ~(PageBytes() - 1);
  CutAll(
      first, bytes + (start - first),
      [is_reserved](const Mapping& whole) { return whole.is_reserved != is_reserved; },
      [is_reserved](Mapping part) {
        part.is_reserved = is_reserved;
        Add(part);
      });
}

void RestoreMappings(const RemovedMappings& removed) {
  for (uint32_t i = 0; i < removed.count && i < RemovedMappings::kMost; ++i) Add(removed.parts[i]);
  if (removed.count > RemovedMappings::kMost) missed.fetch_add(1, kRelaxed);
}

bool ReadMapping(uint32_t* position, Mapping* mapping) {
  const uint32_t used = slots_used.load(kRelaxed);
  while (*position < used) {
    Slot& candidate = slots[(*position)++];
    if (Take(&candidate, 0, UINTPTR_MAX, mapping) != kTaken) continue;
    GiveBack(&candidate, mapping->start, mapping->bytes);
    return true;
  }
  return false;
}

uint64_t CountMissedMappings() {
  return missed.load(kRelaxed);
}

}  // namespace stageprof_tracker
