#ifndef STAGEPROF_ALLOCATORS_PROBE_BLOCK_H_
#define STAGEPROF_ALLOCATORS_PROBE_BLOCK_H_

#include <stddef.h>
#include <stdlib.h>

namespace stageprof {

// Asks about a block that malloc has just handed out, and frees it. False where there is no block.
template <typename Ask>
bool AskOfBlock(size_t bytes, Ask ask) {
  // volatile, because the compiler may drop a malloc that only meets its free.
  void* volatile block = malloc(bytes);
  const bool answer = block != nullptr && ask(block);
  free(block);
  return answer;
}

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_PROBE_BLOCK_H_
