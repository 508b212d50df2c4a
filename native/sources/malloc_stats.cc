#include "malloc_stats.h"

#include <math.h>

#include <atomic>

#include "../allocators/serving.h"

namespace stageprof {

namespace {

// What the last reading cost, on any thread, so that a worker that starts on a fragmented heap
// knows it. Zero before the first reading.
std::atomic<double> last_cost_ns{0};

}  // namespace

bool MallocStats::IsShort() {
  return last_cost_ns.load(std::memory_order_relaxed) < TimeBudget::kShortNs;
}

void MallocStats::Open() {
  const ServingAllocator& serving = FindServingAllocator();
  allocator_ = serving.allocator;
  if (serving.failure != nullptr) failure_.Set(serving.failure);
  double none_ns = 0;
  last_cost_ns.compare_exchange_strong(none_ns, serving.reading_cost_ns, std::memory_order_relaxed);
}

bool MallocStats::Read(Reading* reading) {
  if (!account_.Begin(last_cost_ns.load(std::memory_order_relaxed))) return false;
  *reading = ReadUnbudgeted();
  last_cost_ns.store(account_.End(), std::memory_order_relaxed);
  return true;
}

MallocStats::Reading MallocStats::ReadUnbudgeted() const {
  Reading reading;
  // The statistics could be read when the source was opened. If they are refused now, nothing is
  // known, and the cost was paid.
  return !failure_ && allocator_->read(&reading) ? reading : Reading{NAN, NAN};
}

}  // namespace stageprof
