#ifndef STAGEPROF_SUPPORT_CLOCKS_H_
#define STAGEPROF_SUPPORT_CLOCKS_H_

#include <math.h>
#include <time.h>

namespace stageprof {

// Nanoseconds as a double: exact up to 2^53, which is 104 days of uptime; after that to 2 ns.
inline double Nanoseconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// CLOCK_MONOTONIC, the clock of process.hrtime: it is answered without entering the kernel (20 ns)
// and cannot fail. It stands in a header, as does all that every sample calls: after a system call
// each further function is another cold line of code, 30 ns a sample in all.
inline double ReadWallNs() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return Nanoseconds(time);
}

// NaN when it cannot be read.
inline double ReadClockNs(clockid_t clock) {
  timespec time;
  return clock_gettime(clock, &time) == 0 ? Nanoseconds(time) : NAN;
}

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_CLOCKS_H_
