#include "recorder_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "descriptors.h"

namespace stageprof {

namespace {

// Past RLIMIT_FSIZE the kernel sends SIGXFSZ, which ends a program that has not asked to ignore it.
bool IsWithinFileSizeLimit(uint64_t end) {
  rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         end <= limit.rlim_cur;
}

// For file systems that cannot allocate, where musl does not do it in their place.
int WriteZeros(int descriptor, uint64_t offset, uint64_t bytes) {
  static const char kZeros[4096] = {};
  while (bytes > 0) {
    const size_t part = bytes < sizeof kZeros ? static_cast<size_t>(bytes) : sizeof kZeros;
    const ssize_t written = pwrite(descriptor, kZeros, part, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : EIO;
    offset += static_cast<uint64_t>(written);
    bytes -= static_cast<uint64_t>(written);
  }
  return 0;
}

}  // namespace

int RecorderFile::Create(const char* path, uint64_t bytes) {
  // O_EXCL alone refuses a link; O_NOFOLLOW says so to whoever reads this.
  descriptor_ = OpenAside(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) return errno;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) {
    const int error = errno;
    unlink(path);
    Close();
    return error;
  }
  memory_ = static_cast<unsigned char*>(memory);
  bytes_ = bytes;
  // A child would go on writing into its parent's numbers.
  madvise(memory_, bytes_, MADV_DONTFORK);
  return 0;
}

int RecorderFile::Allocate(uint64_t offset, uint64_t bytes) {
  if (!Holds(offset, bytes)) return EFBIG;
  if (descriptor_ < 0) return EBADF;
  if (!IsWithinFileSizeLimit(offset + bytes)) return EFBIG;
  int error;
  do {
    error = posix_fallocate(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  } while (error == EINTR);
  if (error != EOPNOTSUPP && error != ENOSYS) return error;
  const off_t size = lseek(descriptor_, 0, SEEK_END);
  if (size < 0) return errno;
  // No holes are left before what lies past the end, and before it there may be numbers already.
  const uint64_t end = static_cast<uint64_t>(size);
  if (offset + bytes <= end) return 0;
  return WriteZeros(descriptor_, end, offset + bytes - end);
}

void RecorderFile::Close() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  descriptor_ = -1;
}

void RecorderFile::Unmap() {
  Close();
  if (memory_ != nullptr) munmap(memory_, bytes_);
  memory_ = nullptr;
}

}  // namespace stageprof
