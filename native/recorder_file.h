#ifndef STAGEPROF_RECORDER_FILE_H_
#define STAGEPROF_RECORDER_FILE_H_

#include <stdint.h>

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
  // Closes the descriptor; the mapping stays.
  void Close();

  bool Holds(uint64_t offset, uint64_t bytes) const {
    return offset <= bytes_ && bytes <= bytes_ - offset;
  }
  unsigned char* at(uint64_t offset) const { return memory_ + offset; }

 private:
  void Unmap();

  int descriptor_ = -1;
  unsigned char* memory_ = nullptr;
  uint64_t bytes_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_FILE_H_
