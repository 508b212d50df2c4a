#ifndef STAGEPROF_TRACKER_BLOCK_SIZE_H_
#define STAGEPROF_TRACKER_BLOCK_SIZE_H_

#include <stddef.h>

#include "bootstrap.h"

namespace stageprof_tracker {

// The usable size of a block, as malloc_usable_size tells it.
//
// glibc's malloc_usable_size also looks at the block behind, which is seldom in the cache: 0.7
// misses of the first-level cache for each call in a large heap. The size itself stands in the word
// before the block, where free looks next, and which is in the line that malloc has just touched for
// three blocks of four. So with glibc's malloc that word is read instead. It was compared with
// malloc_usable_size for blocks of all kinds before this, and is compared again now and then.
struct BlockHeaders {
  // Whether the word is there. Written while there is one thread, or to false.
  bool are_read;
  // The same, and blocks are not charged to modules.
  bool are_enough;
};
extern BlockHeaders block_headers __attribute__((visibility("hidden")));

// Flags in the lowest bits of the word: see struct malloc_chunk of glibc.
constexpr size_t kHeaderFlags = 7;
// The block has a mapping of its own, and its size another meaning.
constexpr size_t kHeaderIsMapped = 2;

inline size_t HeaderOf(const void* block) {
  return static_cast<const size_t*>(block)[-1];
}
inline bool IsMapped(size_t header) {
  return __builtin_expect((header & kHeaderIsMapped) != 0, 0);
}
// The block may use all but the word itself: that of the block behind is its last one.
inline size_t BytesOfHeader(size_t header) {
  return (header & ~kHeaderFlags) - sizeof header;
}

inline size_t BlockBytes(void* block) {
  if (block_headers.are_read) {
    const size_t header = HeaderOf(block);
    if (!IsMapped(header)) return BytesOfHeader(header);
  }
  return next.malloc_usable_size(block);
}

// Called while there is one thread, when the real functions are known.
void OpenBlockHeaders(bool serves_glibc);
// Called when it is known whether blocks are charged to modules.
void ChargeBlocksToModules(bool charges);
// Compares the header of a live block with malloc_usable_size. Where they differ, no header is read
// from then on.
void CheckBlockHeader(void* block);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_BLOCK_SIZE_H_
