#include "thread_clock.h"

namespace stageprof {

void ThreadClock::Open() {
  // A clock that cannot be read fails here, where it can be reported, and not at the first sample.
  ReadNs();
}

}  // namespace stageprof
