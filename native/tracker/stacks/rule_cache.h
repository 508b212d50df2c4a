#ifndef STAGEPROF_TRACKER_STACKS_RULE_CACHE_H_
#define STAGEPROF_TRACKER_STACKS_RULE_CACHE_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <atomic>

#include "frame_rule.h"

namespace stageprof_tracker {

// The rules of the addresses seen last, for all threads. The two words of an entry are written one
// after the other; the first is the address combined with the second, so that an entry of which
// another thread has written one word matches nothing.
class RuleCache {
 public:
  bool Find(uintptr_t pc, FrameRule* rule) const {
    const Entry& entry = EntryOf(pc);
    const uint64_t check = entry.check.load(std::memory_order_relaxed);
    const uint64_t word = entry.rule.load(std::memory_order_relaxed);
    if ((check ^ word) != KeyOf(pc)) return false;
    memcpy(static_cast<void*>(rule), &word, sizeof word);
    return true;
  }

  void Put(uintptr_t pc, const FrameRule& rule) {
    uint64_t word;
    memcpy(&word, &rule, sizeof word);
    Entry& entry = EntryOf(pc);
    entry.rule.store(word, std::memory_order_relaxed);
    entry.check.store(KeyOf(pc) ^ word, std::memory_order_relaxed);
  }

  // No earlier entry matches from then on, until this was called 2^16 times.
  void Forget() { generation_.fetch_add(1, std::memory_order_relaxed); }

 private:
  static constexpr int kBits = 13;

  struct Entry {
    std::atomic<uint64_t> check{0};
    std::atomic<uint64_t> rule{0};
  };

  // Addresses have 47 bits.
  uint64_t KeyOf(uintptr_t pc) const {
    return pc | (generation_.load(std::memory_order_relaxed) << 48);
  }
  static size_t PlaceOf(uintptr_t pc) {
    return (pc * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - kBits);
  }
  Entry& EntryOf(uintptr_t pc) { return entries_[PlaceOf(pc)]; }
  const Entry& EntryOf(uintptr_t pc) const { return entries_[PlaceOf(pc)]; }

  std::atomic<uint64_t> generation_{1};
  Entry entries_[size_t{1} << kBits];
};

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_RULE_CACHE_H_
