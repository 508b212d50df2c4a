#include "backing_stores.h"

#include "../support/symbols.h"

namespace stageprof {

void BackingStores::Open(void* isolate) {
  const auto get_allocator =
      reinterpret_cast<void* (*)(void*)>(FindSymbol("_ZN2v87Isolate23GetArrayBufferAllocatorEv"));
  if (get_allocator != nullptr) allocator_ = static_cast<const size_t*>(get_allocator(isolate));
}

}  // namespace stageprof
