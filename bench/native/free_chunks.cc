#include "free_chunks.h"

#include <stdlib.h>
#include <string.h>

namespace bench {

namespace {

// Larger than the largest fast bin (128 bytes), so that freed chunks go into the arena's bins.
constexpr size_t kBlockBytes = 144;

}  // namespace

size_t MakeFreeChunks(size_t count) {
  void** blocks = static_cast<void**>(malloc(2 * count * sizeof(void*)));
  if (blocks == nullptr) return 0;
  for (size_t i = 0; i < 2 * count; ++i) {
    blocks[i] = malloc(kBlockBytes);
    if (blocks[i] != nullptr) memset(blocks[i], 1, kBlockBytes);
  }
  // The neighbours stay live, so that no two free chunks are merged.
  for (size_t i = 0; i < 2 * count; i += 2) free(blocks[i]);
  free(blocks);
  return count;
}

}  // namespace bench
