#ifndef STAGEPROF_SOURCES_STATM_H_
#define STAGEPROF_SOURCES_STATM_H_

#include "proc_file.h"

namespace stageprof {

// Resident set of the process, from the second field of /proc/self/statm (370 ns). From Linux 6.2
// until the precise sums of 6.16 it may be off by 2 x ncpu^2 pages for each counter.
class Statm {
 public:
  void Open();
  void Close() { file_.Close(); }
  // Bytes; NaN when it cannot be read.
  double ReadRssBytes();

  const Failure& failure() const { return file_.failure(); }

 private:
  ProcFile file_;
  double page_bytes_ = 4096;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_STATM_H_
