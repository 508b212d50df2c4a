#include "proc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "descriptors.h"

namespace stageprof {

void ProcFile::Open(const char* path, int flags) {
  path_ = path;
  descriptor_ = OpenAside(path, flags);
  if (descriptor_ < 0) failure_.SetFromErrno("open", path);
}

void ProcFile::Close() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  descriptor_ = -1;
}

size_t ProcFile::Read(char* text, size_t size) {
  if (descriptor_ < 0) return 0;
  const ssize_t count = pread(descriptor_, text, size - 1, 0);
  if (count <= 0) {
    if (count == 0) errno = ENODATA;
    failure_.SetFromErrno("read", path_);
    return 0;
  }
  text[count] = '\0';
  return static_cast<size_t>(count);
}

bool ProcFile::Write(const char* text, size_t size) {
  if (descriptor_ < 0) return false;
  if (pwrite(descriptor_, text, size, 0) == static_cast<ssize_t>(size)) return true;
  failure_.SetFromErrno("write", path_);
  return false;
}

}  // namespace stageprof
