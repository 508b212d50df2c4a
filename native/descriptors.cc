#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace stageprof {

namespace {

// Above what all but servers have open, and below FD_SETSIZE, past which select(2) of a program that
// passes all descriptors of /proc/self/fd would write beyond its set.
constexpr int kFirst = 800;
// Room below a small limit.
constexpr int kOurMost = 24;

int FirstNumber() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kFirst;
  const rlim_t highest = limit.rlim_cur;
  if (highest > static_cast<rlim_t>(kFirst + kOurMost)) return kFirst;
  return highest > 2 * kOurMost ? static_cast<int>(highest) - kOurMost : 3;
}

}  // namespace

int OpenAside(const char* path, int flags, unsigned mode) {
  const int low = open(path, flags | O_CLOEXEC, mode);
  if (low < 0) return low;
  const int descriptor = fcntl(low, F_DUPFD_CLOEXEC, FirstNumber());
  if (descriptor < 0) return low;
  close(low);
  return descriptor;
}

bool Descriptor::Open(const char* path, int flags, unsigned mode) {
  const int number = OpenAside(path, flags, mode);
  struct stat found;
  if (number < 0) return false;
  if (fstat(number, &found) != 0) {
    const int error = errno;
    close(number);
    errno = error;
    return false;
  }
  number_ = number;
  device_ = found.st_dev;
  inode_ = found.st_ino;
  return true;
}

bool Descriptor::OpenAgain(const char* path, int flags) {
  const int number = OpenAside(path, flags);
  if (number < 0) return false;
  const int before = number_;
  number_ = number;
  if (IsOurs()) return true;
  number_ = before;
  close(number);
  errno = ESTALE;
  return false;
}

void Descriptor::TakeFrom(Descriptor* other) {
  Close();
  number_ = other->number_;
  device_ = other->device_;
  inode_ = other->inode_;
  other->number_ = -1;
}

void Descriptor::Close() {
  if (is_open() && IsOurs()) close(number_);
  number_ = -1;
}

bool Descriptor::IsOurs() const {
  struct stat found;
  return fstat(number_, &found) == 0 && found.st_dev == device_ && found.st_ino == inode_;
}

}  // namespace stageprof
