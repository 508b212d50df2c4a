#ifndef STAGEPROF_SUPPORT_CLOCKS_H_
#define STAGEPROF_SUPPORT_CLOCKS_H_

#include <math.h>
#include <time.h>

namespace stageprof {

// Nanoseconds as a double: exact up to 2^53, which is 104 days of uptime, and to 2 ns after that.
inline double Nanoseconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// CLOCK_MONOTONIC, the clock of process.hrtime: it is read without entering the kernel (20 ns) and
// cannot fail. Everything that a sample calls is in a header, as this is: after a system call each
// further function is another cold line of code, which costs 30 ns a sample in all.
inline double ReadWallNs() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return Nanoseconds(time);
}

// NaN where it cannot be read.
inline double ReadClockNs(clockid_t clock) {
  timespec time;
  return clock_gettime(clock, &time) == 0 ? Nanoseconds(time) : NAN;
}

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_CLOCKS_H_
