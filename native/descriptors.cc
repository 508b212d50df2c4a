#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
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

}  // namespace stageprof
