#include "recorder_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../support/file_blocks.h"

namespace stageprof {

namespace {

// O_EXCL alone refuses a link; O_NOFOLLOW tells the reader so.
constexpr int kNew = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
constexpr unsigned kMode = 0600;

// Without it the file is not recognised as a recorder.
constexpr uint64_t kHeaderBytes = 4096;

}  // namespace

int RecorderFile::Create(const char* path, uint64_t bytes) {
  if (!descriptor_.Open(path, kNew, kMode)) return errno;
  const int number = descriptor_.Borrow();
  void* memory =
      number < 0 ? MAP_FAILED : mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0);
  const int error = errno;
  descriptor_.Return(number);
  if (memory == MAP_FAILED) {
    unlink(path);
    Close();
    return error;
  }
  memory_ = static_cast<unsigned char*>(memory);
  bytes_ = bytes;
  page_bytes_ = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  // A forked child would otherwise write into its parent's numbers.
  madvise(memory_, bytes_, MADV_DONTFORK);
  return 0;
}

int RecorderFile::Allocate(uint64_t offset, uint64_t bytes) {
  if (!Holds(offset, bytes)) return EFBIG;
  const int number = descriptor_.BorrowOurs();
  if (number < 0) return errno;
  // Whole pages: the first store to a page needs all of its blocks, and pages may have 64 KiB.
  Extent pages = {offset / page_bytes_ * page_bytes_,
                  (offset + bytes + page_bytes_ - 1) / page_bytes_ * page_bytes_};
  if (pages.end > bytes_) pages.end = bytes_;
  const int error = AllocateBlocks(number, pages.begin, pages.end - pages.begin);
  descriptor_.Return(number);
  if (error == 0) AddExtent(pages);
  return error;
}

// Merges every extent that the new one touches.
void RecorderFile::AddExtent(Extent added) {
  size_t first = 0;
  while (first < extent_count_ && extents_[first].end < added.begin) ++first;
  size_t last = first;
  while (last < extent_count_ && extents_[last].begin <= added.end) ++last;
  if (first == last && extent_count_ == kMostExtents) {
    // The table is full, so the new extent is joined to a neighbour. A move then copies the blocks
    // between them too.
    if (first < extent_count_) {
      ++last;
    } else {
      --first;
    }
  }
  if (first < last) {
    if (extents_[first].begin < added.begin) added.begin = extents_[first].begin;
    if (extents_[last - 1].end > added.end) added.end = extents_[last - 1].end;
  }
  const size_t after = extent_count_ - last;
  memmove(&extents_[first + 1], &extents_[last], after * sizeof(Extent));
  extents_[first] = added;
  extent_count_ = first + 1 + after;
}

// The header is copied last, so a process that is killed meanwhile leaves no half-copied recorder.
int RecorderFile::CopyTo(int target) const {
  for (size_t index = 0; index < extent_count_; ++index) {
    const auto [begin, end] = extents_[index];
    // The blocks come first: a store to the new mapping would raise SIGBUS without them.
    int error = AllocateBlocks(target, begin, end - begin);
    const uint64_t from = begin < kHeaderBytes ? kHeaderBytes : begin;
    if (error == 0 && from < end) error = WriteAt(target, memory_ + from, end - from, from);
    if (error != 0) return error;
  }
  if (extent_count_ == 0 || extents_[0].begin > 0) return 0;
  const uint64_t first = extents_[0].end < kHeaderBytes ? extents_[0].end : kHeaderBytes;
  return WriteAt(target, memory_, first, 0);
}

int RecorderFile::Move(const char* path) {
  if (!descriptor_.is_open()) return EBADF;
  Descriptor target;
  if (!target.Open(path, kNew, kMode)) return errno;
  const int number = target.Borrow();
  int error = number < 0 ? errno : CopyTo(number);
  // One call replaces the mapping, so no thread ever finds the addresses without memory.
  if (error == 0 && mmap(memory_, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, number,
                         0) == MAP_FAILED) {
    error = errno;
  }
  target.Return(number);
  if (error != 0) {
    unlink(path);
    return error;
  }
  madvise(memory_, bytes_, MADV_DONTFORK);
  descriptor_.TakeFrom(&target);
  return 0;
}

void RecorderFile::Unmap() {
  Close();
  if (memory_ != nullptr) munmap(memory_, bytes_);
  memory_ = nullptr;
}

}  // namespace stageprof
