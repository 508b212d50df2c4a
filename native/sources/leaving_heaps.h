#ifndef STAGEPROF_SOURCES_LEAVING_HEAPS_H_
#define STAGEPROF_SOURCES_LEAVING_HEAPS_H_

#include <atomic>

#include "../support/clocks.h"

namespace stageprof {

// The heaps of worker threads that have just ended. A thread says so while its heap is still there:
// V8 frees it some milliseconds later, or more if it is large. Until then the pages are resident,
// and belong to nobody else. They are counted for one to two periods.
class LeavingHeaps {
 public:
  // From any thread. The others are called with the lock of the list of heaps held.
  bool is_empty() const { return is_empty_.load(std::memory_order_relaxed); }

  void Add(double bytes) {
    Turn();
    bytes_ += bytes;
    is_empty_.store(false, std::memory_order_relaxed);
  }

  double ReadBytes() {
    if (is_empty()) return 0;
    Turn();
    if (bytes_ + bytes_before_ == 0) is_empty_.store(true, std::memory_order_relaxed);
    return bytes_ + bytes_before_;
  }

 private:
  static constexpr double kPeriodNs = 500e6;

  void Turn() {
    const double now_ns = ReadWallNs();
    const double passed_ns = now_ns - since_ns_;
    if (passed_ns < kPeriodNs) return;
    bytes_before_ = passed_ns < 2 * kPeriodNs ? bytes_ : 0;
    bytes_ = 0;
    since_ns_ = now_ns;
  }

  std::atomic<bool> is_empty_{true};
  double bytes_ = 0;
  double bytes_before_ = 0;
  double since_ns_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_LEAVING_HEAPS_H_
