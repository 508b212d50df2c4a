#include "proc_file.h"

#include <errno.h>
#include <unistd.h>

namespace stageprof {

void ProcFile::Open(const char* path, int flags) {
  path_ = path;
  if (!descriptor_.Open(path, flags)) failure_.SetFromErrno("open", path);
}

size_t ProcFile::Read(char* text, size_t size) {
  if (!descriptor_.is_open()) return 0;
  const int number = descriptor_.Borrow();
  const ssize_t count = pread(number, text, size - 1, 0);
  descriptor_.Return(number);
  if (count <= 0) {
    if (count == 0) errno = ENODATA;
    failure_.SetFromErrno("read", path_);
    return 0;
  }
  text[count] = '\0';
  return static_cast<size_t>(count);
}

bool ProcFile::Write(const char* text, size_t size) {
  // The number may belong to a file of the program by now.
  const int number = descriptor_.BorrowOurs();
  const ssize_t count = number < 0 ? -1 : pwrite(number, text, size, 0);
  descriptor_.Return(number);
  if (count == static_cast<ssize_t>(size)) return true;
  failure_.SetFromErrno("write", path_);
  return false;
}

}  // namespace stageprof
