#include "clocks.h"

namespace stageprof {

void ThreadClock::Open() {
  // Fails once here, where it can be reported, and not at each sample.
  ReadNs();
}

}  // namespace stageprof
