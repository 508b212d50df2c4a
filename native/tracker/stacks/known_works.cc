#include "known_works.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// The first is not used.
KnownWork works[kMostRuns];
std::atomic<uint32_t> last_taken{0};

// The address of the host's work above, the number of its entry below. 0 where free. An address is
// looked for in kProbes slots from where its hash points to.
constexpr uint32_t kSlots = kMostRuns * 2;
constexpr uint32_t kProbes = 32;
constexpr int kNumberBits = 16;
constexpr uint64_t kNumberMask = (uint64_t{1} << kNumberBits) - 1;
std::atomic<uint64_t> slots[kSlots];

uint64_t KeyOf(const void* host) {
  return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(host)) << kNumberBits;
}

std::atomic<uint64_t>* SlotOf(uint64_t key, uint32_t probe) {
  constexpr int kHashShift = 40;
  const uint64_t hash = (key * UINT64_C(0x9E3779B97F4A7C15)) >> kHashShift;
  return &slots[(hash + probe) % kSlots];
}

std::atomic<uint64_t>* FindSlot(const void* host) {
  const uint64_t key = KeyOf(host);
  for (uint32_t probe = 0; probe < kProbes; ++probe) {
    std::atomic<uint64_t>* const slot = SlotOf(key, probe);
    const uint64_t seen = slot->load(std::memory_order_acquire);
    if (seen != 0 && (seen & ~kNumberMask) == key) return slot;
  }
  return nullptr;
}

}  // namespace

KnownWork* TakeWork() {
  constexpr uint32_t kMostTries = 64;
  for (uint32_t tries = 0; tries < kMostTries; ++tries) {
    const uint32_t number = last_taken.fetch_add(1, kRelaxed) % (kMostRuns - 1) + 1;
    KnownWork& work = works[number];
    if (!work.is_taken.load(kRelaxed) && !work.is_taken.exchange(true, std::memory_order_acquire)) {
      return &work;
    }
  }
  return nullptr;
}

void GiveWorkBack(KnownWork* work) {
  work->is_taken.store(false, std::memory_order_release);
}

KnownWork* WorkAt(void* address) {
  const uintptr_t offset =
      reinterpret_cast<uintptr_t>(address) - reinterpret_cast<uintptr_t>(works);
  return offset < sizeof works && offset % sizeof *works == 0 ? static_cast<KnownWork*>(address)
                                                              : nullptr;
}

uint16_t RunOf(const KnownWork* work) {
  return static_cast<uint16_t>(work - works);
}

bool PutWork(const void* host, KnownWork* work) {
  KnownWork* const gone = RemoveWork(host);
  if (gone != nullptr) GiveWorkBack(gone);
  const uint64_t key = KeyOf(host);
  for (uint32_t probe = 0; probe < kProbes; ++probe) {
    uint64_t seen = 0;
    if (SlotOf(key, probe)
            ->compare_exchange_strong(seen, key | RunOf(work), std::memory_order_acq_rel)) {
      return true;
    }
  }
  return false;
}

KnownWork* FindWork(const void* host) {
  const std::atomic<uint64_t>* const slot = FindSlot(host);
  return slot == nullptr ? nullptr : &works[slot->load(kRelaxed) & kNumberMask];
}

KnownWork* RemoveWork(const void* host) {
  std::atomic<uint64_t>* const slot = FindSlot(host);
  return slot == nullptr ? nullptr : &works[slot->exchange(0, kRelaxed) & kNumberMask];
}

}  // namespace stageprof_tracker
