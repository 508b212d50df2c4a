#ifndef STAGEPROF_SOURCES_STATM_H_
#define STAGEPROF_SOURCES_STATM_H_

#include "proc_file.h"
#include "sample_layout.h"

namespace stageprof {

// Resident set of the process, from the second field of /proc/self/statm (370 ns). From Linux 6.2
// until the precise sums of 6.16 it may be off by 2 x ncpu^2 pages for each counter.
class Statm : public ProcFile {
 public:
  void Open();
  // Bytes; NaN when it cannot be read.
  double ReadRssBytes();
  void Fill(double* slots) { slots[kRssBytes] = ReadRssBytes(); }

 private:
  double page_bytes_ = 4096;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_STATM_H_
