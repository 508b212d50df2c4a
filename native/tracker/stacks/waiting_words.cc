#include "waiting_words.h"

#include <atomic>

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// What is known of a word, in one that is changed whole. Its entry and its tag are bits of a hash of its
// address.
struct State {
  static constexpr uint32_t kMost = 255;

  uint32_t tag;      // 20 bits
  uint32_t waiting;  // 8 bits; the entry is free where nobody waits
  uint32_t woken;    // 8 bits: those for whom something was left and who have not taken it yet
  Run run;           // 12 and 16 bits; no run where several were left

  static State Of(uint64_t bits) {
    return {static_cast<uint32_t>(bits >> 44),
            static_cast<uint32_t>(bits >> 36) & kMost,
            static_cast<uint32_t>(bits >> 28) & kMost,
            {static_cast<uint16_t>((bits >> 16) & (kMostRuns - 1)), static_cast<uint16_t>(bits)}};
  }
  uint64_t Bits() const {
    if (waiting == 0) return 0;
    return uint64_t{tag} << 44 | uint64_t{waiting} << 36 | uint64_t{woken} << 28 |
           uint64_t{run.number} << 16 | run.sequence;
  }
};
static_assert(kMostRuns <= 1 << 12, "its number has 12 bits");

constexpr uint32_t kEntries = 4096;
std::atomic<uint64_t> entries[kEntries];

struct Place {
  std::atomic<uint64_t>* entry;
  uint32_t tag;

  explicit Place(const void* word) {
    const uint64_t hash =
        static_cast<uint64_t>(reinterpret_cast<uintptr_t>(word)) * UINT64_C(0x9E3779B97F4A7C15);
    entry = &entries[(hash >> 32) % kEntries];
    tag = static_cast<uint32_t>(hash >> 44);
  }

  bool HasWaiting(const State& state) const { return state.waiting != 0 && state.tag == tag; }
  bool HasWaiting() const { return HasWaiting(State::Of(entry->load(kRelaxed))); }

  // Changes the state of the word until no other thread has changed it meanwhile. `change` returns
  // false to leave it as it is.
  template <typename Change>
  bool Update(Change change) const {
    uint64_t bits = entry->load(kRelaxed);
    State state;
    do {
      state = State::Of(bits);
      if (!change(&state)) return false;
    } while (
        !entry->compare_exchange_weak(bits, state.Bits(), std::memory_order_acq_rel, kRelaxed));
    return true;
  }
};

uint32_t Lesser(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

}  // namespace

bool Wait(const void* word) {
  const Place place(word);
  return place.Update([&place](State* state) {
    if (state->waiting == 0) *state = {place.tag, 0, 0, {0, 0}};
    if (state->tag != place.tag || state->waiting == State::kMost) return false;
    ++state->waiting;
    return true;
  });
}

Run Take(const void* word, bool is_woken) {
  Run taken = {0, 0};
  const Place place(word);
  place.Update([&place, &taken, is_woken](State* state) {
    taken = {0, 0};
    if (!place.HasWaiting(*state)) return false;
    --state->waiting;
    if (is_woken && state->woken > 0) {
      taken = state->run;
      --state->woken;
    }
    state->woken = Lesser(state->woken, state->waiting);
    return true;
  });
  return taken;
}

uint32_t Leave(const void* word, uint32_t most) {
  const Place place(word);
  // Most wake nobody, and to ask for the run takes a system call.
  if (!place.HasWaiting()) return 0;
  const Run run = CurrentRun();
  uint32_t left = 0;
  place.Update([&place, &run, &left, most](State* state) {
    left = 0;
    if (!place.HasWaiting(*state)) return false;
    left = Lesser(most, state->waiting - state->woken);
    const bool is_same = state->run.number == run.number && state->run.sequence == run.sequence;
    if (state->woken == 0) {
      state->run = run;
    } else if (!is_same) {
      state->run = {0, 0};
    }
    state->woken += left;
    return true;
  });
  return left;
}

void Withdraw(const void* word, uint32_t count) {
  const Place place(word);
  place.Update([&place, count](State* state) {
    if (!place.HasWaiting(*state)) return false;
    state->woken -= Lesser(count, state->woken);
    return true;
  });
}

}  // namespace stageprof_tracker
