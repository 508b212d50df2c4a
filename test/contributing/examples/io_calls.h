#ifndef STAGEPROF_SOURCES_IO_CALLS_H_
#define STAGEPROF_SOURCES_IO_CALLS_H_

#include <fcntl.h>
#include <math.h>
#include <stdio.h>

#include "proc_file.h"
#include "sample_layout.h"

namespace stageprof {

// System calls of all threads that read, whatever they read from.
class IoCalls : public ProcFile {
 public:
  void Open() { ProcFile::Open("/proc/self/io", O_RDONLY); }

  void Fill(double* slots) {
    char text[256];
    unsigned long long calls = 0;
    const bool is_read = Read(text, sizeof text) > 0 &&
                         sscanf(text, "rchar: %*u wchar: %*u syscr: %llu", &calls) == 1;
    slots[kReadCalls] = is_read ? static_cast<double>(calls) : NAN;
  }
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_IO_CALLS_H_
