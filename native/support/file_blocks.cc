#include "file_blocks.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace stageprof {

namespace {

// Past RLIMIT_FSIZE the kernel sends SIGXFSZ, which ends a program that does not ignore it.
bool IsWithinFileSizeLimit(uint64_t end) {
  rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         end <= limit.rlim_cur;
}

// For file systems that cannot allocate blocks, where libc (musl) does not write zeros instead.
int WriteZeros(int descriptor, uint64_t offset, uint64_t bytes) {
  static const char kZeros[4096] = {};
  while (bytes > 0) {
    const uint64_t part = bytes < sizeof kZeros ? bytes : sizeof kZeros;
    const int error = WriteAt(descriptor, kZeros, part, offset);
    if (error != 0) return error;
    offset += part;
    bytes -= part;
  }
  return 0;
}

}  // namespace

int WriteAt(int descriptor, const void* data, uint64_t bytes, uint64_t offset) {
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = pwrite(descriptor, from, bytes, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : EIO;
    from += written;
    offset += static_cast<uint64_t>(written);
    bytes -= static_cast<uint64_t>(written);
  }
  return 0;
}

int AllocateBlocks(int descriptor, uint64_t offset, uint64_t bytes) {
  if (!IsWithinFileSizeLimit(offset + bytes)) return EFBIG;
  int error;
  do {
    error = posix_fallocate(descriptor, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  } while (error == EINTR);
  if (error != EOPNOTSUPP && error != ENOSYS) return error;
  const off_t size = lseek(descriptor, 0, SEEK_END);
  if (size < 0) return errno;
  // Only what lies past the end is written: the part before it may hold numbers already, and no
  // hole may remain in front of it.
  const uint64_t end = static_cast<uint64_t>(size);
  if (offset + bytes <= end) return 0;
  return WriteZeros(descriptor, end, offset + bytes - end);
}

}  // namespace stageprof
