#ifndef STAGEPROF_RECORDER_RECORDER_FILE_H_
#define STAGEPROF_RECORDER_RECORDER_FILE_H_

#include <stddef.h>
#include <stdint.h>

#include "../support/descriptors.h"

namespace stageprof {

// A file of this process, mapped to be shared: what is written to the mapping is in the file as soon
// as the instruction is done, whatever ends the process afterwards. Address space for all that it may
// hold is taken at once, blocks only as they are needed.
//
// Not for network file systems that write mappings back late: see docs/recorder.md.
class RecorderFile {
 public:
  RecorderFile() = default;
  ~RecorderFile() { Unmap(); }
  RecorderFile(const RecorderFile&) = delete;
  RecorderFile& operator=(const RecorderFile&) = delete;

  // Creates `path`, which must not exist, not even as a link; 0600. Returns 0 or an errno, and then
  // leaves no file behind.
  int Create(const char* path, uint64_t bytes);
  // Blocks for a part of the mapping. Without them a store to it ends the process with SIGBUS when
  // the disk is full. Returns 0 or an errno.
  int Allocate(uint64_t offset, uint64_t bytes);
  // Goes on in a new file at `path`, which must not exist: the new one has all that this one holds, and
  // takes over its addresses, so that buffers over the mapping stay valid. The old file is left as it is;
  // its room is free once it is removed. Nobody may write to the mapping meanwhile: what is written after
  // its part was copied would be lost. Returns 0 or an errno, and then nothing has changed and no new
  // file is left behind.
  int Move(const char* path);
  // Closes the descriptor; the mapping stays.
  void Close() { descriptor_.Close(); }

  bool Holds(uint64_t offset, uint64_t bytes) const {
    return offset <= bytes_ && bytes <= bytes_ - offset;
  }
  unsigned char* at(uint64_t offset) const { return memory_ + offset; }

 private:
  // Parts with blocks, in ascending order, apart from each other. A file has some five of them: each grows
  // at its end. The file system does not tell: it takes blocks that nothing was written to for a hole.
  struct Extent {
    uint64_t begin;
    uint64_t end;
  };
  static constexpr size_t kMostExtents = 16;

  void Unmap();
  void AddExtent(uint64_t begin, uint64_t end);
  int CopyTo(int target) const;

  Extent extents_[kMostExtents] = {};
  size_t extent_count_ = 0;
  Descriptor descriptor_;
  unsigned char* memory_ = nullptr;
  uint64_t bytes_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_RECORDER_FILE_H_
