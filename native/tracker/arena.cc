#include "arena.h"

#include <atomic>

#include "block_size.h"

namespace stageprof_tracker {

namespace {

constexpr size_t kAlignment = 16;
// Each block is preceded by its size, and by a word that looks like the header of a block of glibc
// with a mapping of its own, so that it is not taken for a usual one: see block_size.h.
constexpr size_t kHeaderBytes = kAlignment;

std::atomic<size_t> used{0};

}  // namespace

alignas(16) unsigned char Arena::memory_[Arena::kBytes];

void* Arena::Allocate(size_t bytes) {
  if (bytes > kBytes) return nullptr;  // checked first, or the sums below may overflow
  const size_t rounded = (bytes + kAlignment - 1) & ~(kAlignment - 1);
  const size_t needed = kHeaderBytes + (rounded == 0 ? kAlignment : rounded);
  size_t at = used.load(std::memory_order_relaxed);
  do {
    if (needed > kBytes - at) return nullptr;
  } while (!used.compare_exchange_weak(at, at + needed, std::memory_order_relaxed));
  *reinterpret_cast<size_t*>(memory_ + at) = needed - kHeaderBytes;
  *reinterpret_cast<size_t*>(memory_ + at + sizeof(size_t)) = kHeaderIsMapped;
  return memory_ + at + kHeaderBytes;
}

size_t Arena::UsableBytes(const void* block) {
  return *reinterpret_cast<const size_t*>(static_cast<const unsigned char*>(block) - kHeaderBytes);
}

}  // namespace stageprof_tracker
