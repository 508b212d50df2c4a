#ifndef STAGEPROF_SOURCES_PROC_FILE_H_
#define STAGEPROF_SOURCES_PROC_FILE_H_

#include <stddef.h>

#include "../support/descriptors.h"
#include "../support/failure.h"

namespace stageprof {

// One file of /proc/self, held open: reading again at offset 0 makes the kernel write it anew, and
// saves the open and close that cost several times the read. Used by the thread of one environment.
class ProcFile {
 public:
  // `path` must outlive the object. `flags` as for open(2).
  void Open(const char* path, int flags);
  void Close() { descriptor_.Close(); }

  // Reads up to `size - 1` bytes and terminates them. Returns their number, 0 on failure.
  size_t Read(char* text, size_t size);
  bool Write(const char* text, size_t size);

  const Failure& failure() const { return failure_; }

 private:
  Failure failure_;
  const char* path_ = nullptr;
  Descriptor descriptor_;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_PROC_FILE_H_
