#ifndef STAGEPROF_SOURCES_RUSAGE_H_
#define STAGEPROF_SOURCES_RUSAGE_H_

#include <sys/resource.h>

#include "source.h"

namespace stageprof {

// getrusage of the process: CPU, faults, context switches, block I/O and the resident peak in one
// system call (250 ns).
class Rusage : public Source {
 public:
  void Open();
  bool Read(rusage* usage) {
    if (getrusage(RUSAGE_SELF, usage) == 0) return true;
    failure_.SetFromErrno("getrusage", "RUSAGE_SELF");
    return false;
  }
};

// User and system time together.
inline double CpuNs(const rusage& usage) {
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

// ru_maxrss is in KiB on Linux.
inline double MaxRssBytes(const rusage& usage) {
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

// ru_inblock and ru_oublock count blocks of 512 bytes, whatever the block size of the file system.
constexpr double kBlockBytes = 512;

struct ChildrenUsage {
  double cpu_ns;
  double peak_rss_bytes;
};

// The usage of children that have ended and been waited for; the peak is that of the largest child.
// NaN where it cannot be read.
ChildrenUsage ReadChildrenUsage();

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_RUSAGE_H_
