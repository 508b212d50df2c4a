#ifndef STAGEPROF_SOURCES_THREAD_CLOCK_H_
#define STAGEPROF_SOURCES_THREAD_CLOCK_H_

#include <math.h>
#include <time.h>

#include "../support/clocks.h"
#include "source.h"

namespace stageprof {

// CPU time of the calling thread. A system call: 200 ns.
class ThreadClock : public Source {
 public:
  void Open();
  // NaN when it cannot be read.
  double ReadNs() {
    timespec time;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0) return Nanoseconds(time);
    failure_.SetFromErrno("clock_gettime", "CLOCK_THREAD_CPUTIME_ID");
    return NAN;
  }
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_THREAD_CLOCK_H_
