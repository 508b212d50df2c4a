#include "shares.h"

#include "highest.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
// More threads than a process usually has at one time; the rest add to the common share. Those that
// were never taken cost nothing.
constexpr uint32_t kShares = 512;
constexpr uint32_t kWordBits = 64;

struct alignas(64) Line {
  Share share;
};
Line lines[kShares];
Line common;
// A bit for each share that is taken. A forked child keeps those of threads that it does not have.
std::atomic<uint64_t> taken[kShares / kWordBits];
// Shares beyond it were never taken.
std::atomic<uint32_t> shares_used{0};

void Add(std::atomic<uint64_t>* sum, uint64_t count) {
  if (count != 0) sum->fetch_add(count, kRelaxed);
}

}  // namespace

Counts ReadShare(const Share& share) {
  return {share.allocated_bytes.load(kRelaxed), share.allocated_blocks.load(kRelaxed),
          share.freed_bytes.load(kRelaxed), share.freed_blocks.load(kRelaxed)};
}

Share* TakeShare() {
  for (uint32_t word = 0; word < kShares / kWordBits; ++word) {
    uint64_t bits = taken[word].load(kRelaxed);
    while (bits != UINT64_MAX) {
      const uint64_t bit = ~bits & (bits + 1);
      // Acquires what the last owner wrote, from which this one goes on.
      if (!taken[word].compare_exchange_weak(bits, bits | bit, std::memory_order_acquire,
                                             kRelaxed)) {
        continue;
      }
      const uint32_t place = word * kWordBits + static_cast<uint32_t>(__builtin_ctzll(bit));
      RaiseTo(&shares_used, place + 1);
      return &lines[place].share;
    }
  }
  return nullptr;
}

void GiveShareBack(Share* share) {
  const auto place = static_cast<uint32_t>(reinterpret_cast<Line*>(share) - lines);
  const uint64_t bit = uint64_t{1} << (place % kWordBits);
  taken[place / kWordBits].fetch_and(~bit, std::memory_order_release);
}

void AddToCommonShare(const Counts& counts) {
  Add(&common.share.allocated_bytes, counts.allocated_bytes);
  Add(&common.share.allocated_blocks, counts.allocated_blocks);
  Add(&common.share.freed_bytes, counts.freed_bytes);
  Add(&common.share.freed_blocks, counts.freed_blocks);
}

Counts ReadShares() {
  Counts counts = ReadShare(common.share);
  const uint32_t used = shares_used.load(kRelaxed);
  for (uint32_t place = 0; place < used; ++place)
    counts = Sum(counts, ReadShare(lines[place].share));
  return counts;
}

}  // namespace stageprof_tracker
