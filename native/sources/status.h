#ifndef STAGEPROF_SOURCES_STATUS_H_
#define STAGEPROF_SOURCES_STATUS_H_

#include "proc_file.h"

namespace stageprof {

// The resident peak of this process image: VmHWM of /proc/self/status. It costs 2,350 ns, against
// 250 for getrusage, but unlike ru_maxrss it does not start at the peak of the process that did the
// exec.
class Status : public ProcFile {
 public:
  void Open();
  // Bytes; NaN when it cannot be read.
  double ReadPeakRssBytes();
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_STATUS_H_
