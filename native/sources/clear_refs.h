#ifndef STAGEPROF_SOURCES_CLEAR_REFS_H_
#define STAGEPROF_SOURCES_CLEAR_REFS_H_

#include "proc_file.h"

namespace stageprof {

// Sets the resident peak of the process back to its present resident set, by writing "5" to
// /proc/self/clear_refs (190 ns). This also lowers the peak that the OS shows for the process, so
// only samplers opened with kMaskRssPeakReset do it.
class ClearRefs : public ProcFile {
 public:
  void Open();
  bool ResetPeakRss() { return Write("5", 1); }
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_CLEAR_REFS_H_
