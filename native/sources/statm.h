#ifndef STAGEPROF_SOURCES_STATM_H_
#define STAGEPROF_SOURCES_STATM_H_

#include "proc_file.h"
#include "sample_layout.h"

namespace stageprof {

// Resident set of the process, and the part of it that is pages of mapped files and of shared
// memory: the second and the third field of /proc/self/statm (370 ns). From Linux 6.2 until the
// precise sums of 6.16 they may be off by 2 x ncpu^2 pages for each counter.
class Statm : public ProcFile {
 public:
  void Open();
  // Bytes; NaN when it cannot be read.
  double ReadRssBytes() { return Read().rss_bytes; }
  void Fill(double* slots) {
    const Reading reading = Read();
    slots[kRssBytes] = reading.rss_bytes;
    slots[kFileBytes] = reading.file_bytes;
  }

 private:
  struct Reading {
    double rss_bytes;
    double file_bytes;
  };
  Reading Read();
  double page_bytes_ = 4096;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_STATM_H_
