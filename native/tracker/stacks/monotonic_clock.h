#ifndef STAGEPROF_TRACKER_STACKS_MONOTONIC_CLOCK_H_
#define STAGEPROF_TRACKER_STACKS_MONOTONIC_CLOCK_H_

#include <time.h>

namespace stageprof_tracker {

// CLOCK_MONOTONIC in nanoseconds, as JS reads it too; 0 where it cannot be read. A hook may call it.
inline double MonotonicNs() {
  timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_MONOTONIC_CLOCK_H_
