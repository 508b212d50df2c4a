#ifndef STAGEPROF_SOURCES_OUTLIVING_STORES_H_
#define STAGEPROF_SOURCES_OUTLIVING_STORES_H_

#include <stddef.h>

#include <atomic>

#include "v8_heap.h"

namespace stageprof {

// The Buffers that outlived the isolate in which they were made, by the counts of the allocators of
// such isolates. All but is_empty is called with the lock of the list of heaps held.
class OutlivingStores {
 public:
  // From any thread.
  bool is_empty() const { return count_.load(std::memory_order_relaxed) == 0; }

  // Takes over the hold of a heap that goes. Its own Buffers are freed with it, after this.
  void Keep(V8Heap* heap);
  void LetGoOfEmpty();
  double ReadBytes() const;

 private:
  struct Allocator {
    StoreHold hold;
    BackingStores stores;
    Allocator* next;

    double ReadBytes() const { return stores.ReadBytes() - StoreHold::kBytes; }
  };

  void LetGo(Allocator** link);
  void LetGoOfLeast();

  Allocator* first_ = nullptr;
  std::atomic<size_t> count_{0};
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_OUTLIVING_STORES_H_
