#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace stageprof {

namespace {

// Above what all programs but servers have open, and below FD_SETSIZE: select(2) in a program that
// passes all descriptors of /proc/self/fd would write beyond its set there.
constexpr int kFirst = 800;
// How many numbers to leave below a small limit.
constexpr int kOurMost = 24;

int FirstNumber() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kFirst;
  const rlim_t highest = limit.rlim_cur;
  if (highest > static_cast<rlim_t>(kFirst + kOurMost)) return kFirst;
  return highest > 2 * kOurMost ? static_cast<int>(highest) - kOurMost : 3;
}

// So many descriptors are kept open above kFirst. Each thread with a profiler has some ten files: a
// hundred threads would take what a program with a limit of 1,024 needs, and go past FD_SETSIZE.
constexpr int kMostKept = 64;

// Whether a number is one of those that are left to us.
bool IsAside(int number) {
  const int first = FirstNumber();
  return number >= first && (first != kFirst || number < kFirst + kMostKept);
}

// A node process opens some twenty descriptors by itself.
constexpr rlim_t kFewMost = 64;

bool AreFew() {
  rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= kFewMost;
}

}  // namespace

int OpenAside(const char* path, int flags, unsigned mode) {
  const int low = open(path, flags | O_CLOEXEC, mode);
  if (low < 0) return low;
  // Called by its number, because libc's fcntl is a symbol of glibc 2.28.
  const int descriptor = static_cast<int>(syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, FirstNumber()));
  if (descriptor < 0) return low;
  close(low);
  return descriptor;
}

bool ReadStatus(int descriptor, struct stat* status) {
  return syscall(SYS_fstat, descriptor, status) == 0;
}

bool ReadStatus(const char* path, struct stat* status) {
  return syscall(SYS_newfstatat, AT_FDCWD, path, status, 0) == 0;
}

bool Descriptor::Open(const char* path, int flags, unsigned mode) {
  const int number = OpenAside(path, flags, mode);
  if (number < 0) return false;
  struct stat found;
  char* const kept = strdup(path);
  if (kept == nullptr || !ReadStatus(number, &found)) {
    const int error = kept == nullptr ? ENOMEM : errno;
    free(kept);
    close(number);
    errno = error;
    return false;
  }
  path_ = kept;
  flags_ = flags & ~(O_CREAT | O_EXCL);
  device_ = found.st_dev;
  inode_ = found.st_ino;
  number_ = number;
  if (AreFew() || !IsAside(number)) {
    number_ = -1;
    close(number);
  }
  return true;
}

void Descriptor::TakeFrom(Descriptor* other) {
  Close();
  path_ = other->path_;
  flags_ = other->flags_;
  number_ = other->number_;
  device_ = other->device_;
  inode_ = other->inode_;
  other->path_ = nullptr;
  other->number_ = -1;
}

void Descriptor::Close() {
  if (number_ >= 0 && IsOurs(number_)) close(number_);
  number_ = -1;
  free(path_);
  path_ = nullptr;
}

void Descriptor::Return(int number) const {
  if (number < 0 || number == number_) return;
  const int error = errno;
  close(number);
  errno = error;
}

int Descriptor::OpenAgain() const {
  if (path_ == nullptr) {
    errno = EBADF;
    return -1;
  }
  const int number = OpenAside(path_, flags_);
  if (number < 0 || IsOurs(number)) return number;
  close(number);
  errno = ESTALE;
  return -1;
}

bool Descriptor::IsOurs(int number) const {
  struct stat found;
  return number >= 0 && ReadStatus(number, &found) && found.st_dev == device_ &&
         found.st_ino == inode_;
}

}  // namespace stageprof
