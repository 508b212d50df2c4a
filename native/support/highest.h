#ifndef STAGEPROF_SUPPORT_HIGHEST_H_
#define STAGEPROF_SUPPORT_HIGHEST_H_

#include <atomic>

namespace stageprof {

// Raises a number that several threads may raise. The tracker has no C++ runtime, so this needs
// none.
template <typename Number>
inline void RaiseTo(std::atomic<Number>* highest, Number value) {
  Number seen = highest->load(std::memory_order_relaxed);
  while (value > seen && !highest->compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_HIGHEST_H_
