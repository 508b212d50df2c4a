// The tracker for a Node under AddressSanitizer. Its own hooks are renamed, and the hooks of the
// sanitizer report blocks to it, so that the addon reads a tracker that counts.
#include <malloc.h>
#include <stddef.h>

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

__attribute__((constructor)) void Install() {
  __sanitizer_install_malloc_and_free_hooks(OnMalloc, OnFree);
}

}  // namespace
