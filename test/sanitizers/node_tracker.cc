// The tracker for a Node under AddressSanitizer. Its own hooks are renamed, and the hooks of the
// sanitizer report blocks to it, so that the addon reads a tracker that counts.
#include <malloc.h>
#include <stddef.h>

#include "block_size.h"
#include "bootstrap.h"
#include "counted.h"

extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void* block, size_t bytes),
    void (*on_free)(const volatile void* block));

namespace {

size_t UsableBytes(const volatile void* block) {
  return malloc_usable_size(const_cast<void*>(block));
}

void OnMalloc(const volatile void* block, size_t) {
  if (block == nullptr) return;
  stageprof_tracker::CountedByModule(const_cast<void*>(block), UsableBytes(block),
                                     __builtin_return_address(0));
}

void OnFree(const volatile void* block) {
  if (block != nullptr) stageprof_tracker::CountFreed(UsableBytes(block));
}

// The blocks are the sanitizer's, which have no headers of glibc.
void ReadNoHeaders() {
  stageprof_tracker::next.free(stageprof_tracker::next.malloc(1));
  stageprof_tracker::block_headers = {false, false};
}

__attribute__((constructor)) void Install() {
  ReadNoHeaders();
  __sanitizer_install_malloc_and_free_hooks(OnMalloc, OnFree);
}

}  // namespace
