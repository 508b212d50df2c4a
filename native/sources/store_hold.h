#ifndef STAGEPROF_SOURCES_STORE_HOLD_H_
#define STAGEPROF_SOURCES_STORE_HOLD_H_

#include <stddef.h>

namespace stageprof {

// Keeps the array buffer allocator of a worker thread, and with it the count of its Buffers, for as
// long as it is held: Buffers that were transferred or are shared outlive the thread that made them,
// and no other isolate's allocator has them.
//
// Every backing store of a worker's isolate has its part in the ownership of the allocator
// (std::shared_ptr), so one byte does it. Whether this node does it so is proven each time: the
// count of owners has to rise by one with a second store and to fall by one without it. The main
// isolate's stores own nothing, which is no loss, since that isolate is the last to go.
class StoreHold {
 public:
  // What the allocator counts for the hold itself.
  static constexpr double kBytes = 1;

  // On the isolate's thread. Does nothing where the ownership cannot be proven.
  void Take(void* isolate, const void* allocator);
  // On any thread, also after the isolate has gone. The allocator goes too if nothing else holds it.
  void Release();
  bool is_taken() const { return store_ != nullptr; }

 private:
  void* store_ = nullptr;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_STORE_HOLD_H_
