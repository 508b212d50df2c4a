#ifndef STAGEPROF_SUPPORT_CLOCKS_H_
#define STAGEPROF_SUPPORT_CLOCKS_H_

#include <math.h>
#include <stdint.h>
#include <time.h>

#include "failure.h"

namespace stageprof {

// Nanoseconds as a double: exact up to 2^53, which is 104 days of uptime; after that to 2 ns.
inline double Nanoseconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// CLOCK_MONOTONIC, the clock of process.hrtime: answered without entering the kernel (20 ns), and
// it cannot fail. Here, as in the other sources, what every sample calls stands in the header:
// after a system call each further function is another cold line of code, 30 ns a sample in all.
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

// The clock of pthread_getcpuclockid, which glibc 2.34 gave a new version: the kernel's CPUCLOCK_SCHED
// of one thread.
inline clockid_t ThreadClockOf(long thread) {
  constexpr clockid_t kPerThreadScheduled = 6;
  return static_cast<clockid_t>((~static_cast<uint32_t>(thread)) << 3) | kPerThreadScheduled;
}

// CPU time of the calling thread. A system call: 200 ns.
class ThreadClock {
 public:
  void Open();
  // NaN when it cannot be read.
  double ReadNs() {
    timespec time;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0) return Nanoseconds(time);
    failure_.SetFromErrno("clock_gettime", "CLOCK_THREAD_CPUTIME_ID");
    return NAN;
  }

  const Failure& failure() const { return failure_; }

 private:
  Failure failure_;
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_CLOCKS_H_
