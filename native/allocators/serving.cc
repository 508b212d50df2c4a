#include "serving.h"

#include <stddef.h>

#include "../support/clocks.h"
#include "../support/symbols.h"
#include "glibc.h"
#include "jemalloc.h"
#include "malloc_extension.h"
#include "mimalloc.h"
#include "probe_block.h"

namespace stageprof {

namespace {

// glibc comes last: its proof is the only one whose cost grows with the heap.
constexpr const Allocator* kKnown[] = {&kJemalloc, &kGperftools, &kTcmalloc, &kMimalloc, &kGlibc};

// Larger than what thread caches keep. There are two sizes, because numbers that do not belong to
// malloc may move once by chance.
constexpr size_t kProbeBytes[] = {64 * 1024 + 1, 96 * 1024 + 1};
// Another thread may free as much between two readings.
constexpr int kProbeAttempts = 3;

bool FollowsBlock(const Allocator& allocator, size_t bytes, double* cost_ns) {
  Allocator::Reading before;
  Allocator::Reading after;
  if (!allocator.read(&before)) return false;
  return AskOfBlock(bytes, [&](const void*) {
    const double began_ns = ReadWallNs();
    const bool was_read = allocator.read(&after);
    *cost_ns = ReadWallNs() - began_ns;
    return was_read && after.live_bytes - before.live_bytes >= static_cast<double>(bytes);
  });
}

// Whether the numbers belong to malloc: the same numbers that will be reported must rise with a
// block.
bool StatisticsFollow(const Allocator& allocator, double* cost_ns) {
  for (const size_t bytes : kProbeBytes) {
    int attempt = 0;
    while (!FollowsBlock(allocator, bytes, cost_ns)) {
      if (++attempt == kProbeAttempts) return false;
    }
  }
  return true;
}

const char* WhyUnknown() {
  if (FindSymbol("mallinfo2") != nullptr) {
    return "none of glibc, jemalloc, tcmalloc and mimalloc could be proved to serve malloc";
  }
  return FindSymbol("gnu_get_libc_version") != nullptr ? "glibc older than 2.33 has no mallinfo2"
                                                       : "this libc has no mallinfo2";
}

ServingAllocator Find() {
  for (const Allocator* allocator : kKnown) {
    if (!allocator->find() || !allocator->serves()) continue;
    double cost_ns = 0;
    if (allocator->read == nullptr) return {allocator, allocator->silence, cost_ns};
    if (StatisticsFollow(*allocator, &cost_ns)) return {allocator, nullptr, cost_ns};
  }
  return {nullptr, WhyUnknown(), 0};
}

}  // namespace

const ServingAllocator& FindServingAllocator() {
  static const ServingAllocator serving = Find();
  return serving;
}

}  // namespace stageprof
