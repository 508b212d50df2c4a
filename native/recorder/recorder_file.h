#ifndef STAGEPROF_RECORDER_RECORDER_FILE_H_
#define STAGEPROF_RECORDER_RECORDER_FILE_H_

#include <stddef.h>
#include <stdint.h>

#include "../support/descriptors.h"

namespace stageprof {

// A file of this process, mapped as shared: a value is in the file as soon as the store to the
// mapping is done, however the process ends afterwards. Address space for everything the file may
// hold is reserved at once; blocks are allocated only as they are needed.
//
// Not for network file systems that write mappings back late: see docs/recorder.md.
class RecorderFile {
 public:
  RecorderFile() = default;
  ~RecorderFile() { Unmap(); }
  RecorderFile(const RecorderFile&) = delete;
  RecorderFile& operator=(const RecorderFile&) = delete;

  // Creates `path` with mode 0600. It must not exist, not even as a link. Returns 0 or an errno,
  // and leaves no file behind in that case.
  int Create(const char* path, uint64_t bytes);
  // Allocates blocks for a part of the mapping. Without them, a store ends the process with SIGBUS
  // when the disk is full. Returns 0 or an errno.
  int Allocate(uint64_t offset, uint64_t bytes);
  // Continues in a new file at `path`, which must not exist. The new file holds everything that
  // this one holds and takes over its addresses, so buffers over the mapping stay valid. The old
  // file stays as it is; its room is free once it is removed. Nobody may write to the mapping
  // meanwhile: a value written after its part was copied would be lost. Returns 0 or an errno;
  // after an error nothing has changed and no new file is left behind.
  int Move(const char* path);
  // Closes the descriptor; the mapping stays.
  void Close() { descriptor_.Close(); }

  bool Holds(uint64_t offset, uint64_t bytes) const {
    return offset <= bytes_ && bytes <= bytes_ - offset;
  }
  unsigned char* at(uint64_t offset) const { return memory_ + offset; }

 private:
  // The parts that have blocks, in ascending order, with gaps between them. A file has about five,
  // each of which grows at its end. The file system cannot be asked: it reports blocks that were
  // never written to as holes.
  struct Extent {
    uint64_t begin;
    uint64_t end;
  };
  static constexpr size_t kMostExtents = 16;

  void Unmap();
  void AddExtent(Extent added);
  int CopyTo(int target) const;

  Extent extents_[kMostExtents] = {};
  size_t extent_count_ = 0;
  Descriptor descriptor_;
  unsigned char* memory_ = nullptr;
  uint64_t bytes_ = 0;
  uint64_t page_bytes_ = 4096;
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_RECORDER_FILE_H_
