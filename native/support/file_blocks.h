#ifndef STAGEPROF_SUPPORT_FILE_BLOCKS_H_
#define STAGEPROF_SUPPORT_FILE_BLOCKS_H_

#include <stdint.h>

namespace stageprof {

// Each returns 0 or an errno.

// A write that is cut short means that the disk became full.
int WriteAt(int descriptor, const void* data, uint64_t bytes, uint64_t offset);
// Gives that part of the file blocks of its own, so that a store to a mapping of it does not raise
// SIGBUS when the disk is full. What the part holds already stays.
int AllocateBlocks(int descriptor, uint64_t offset, uint64_t bytes);

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_FILE_BLOCKS_H_
