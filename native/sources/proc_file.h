#ifndef STAGEPROF_SOURCES_PROC_FILE_H_
#define STAGEPROF_SOURCES_PROC_FILE_H_

#include <stddef.h>

#include "../support/descriptors.h"
#include "source.h"

namespace stageprof {

// A source that is one file of /proc/self and is kept open. Reading at offset 0 makes the kernel
// generate the content again, and saves an open and a close, which cost several times the read.
class ProcFile : public Source {
 public:
  void Close() { descriptor_.Close(); }

 protected:
  // `path` must outlive the object. `flags` are those of open(2).
  void Open(const char* path, int flags);

  // Reads up to `size - 1` bytes and terminates them. Returns their number, or 0 on failure.
  size_t Read(char* text, size_t size);
  bool Write(const char* text, size_t size);

 private:
  const char* path_ = nullptr;
  Descriptor descriptor_;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_PROC_FILE_H_
