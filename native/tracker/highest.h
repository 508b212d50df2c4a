#ifndef STAGEPROF_TRACKER_HIGHEST_H_
#define STAGEPROF_TRACKER_HIGHEST_H_

#include <atomic>

namespace stageprof_tracker {

// Raises a number that several threads may raise.
template <typename Number>
inline void RaiseTo(std::atomic<Number>* highest, Number value) {
  Number seen = highest->load(std::memory_order_relaxed);
  while (value > seen && !highest->compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_HIGHEST_H_
