#ifndef STAGEPROF_SOURCES_HEAP_WATCH_H_
#define STAGEPROF_SOURCES_HEAP_WATCH_H_

#include <node_api.h>

#include <atomic>

#include "../support/loop_watch.h"
#include "v8_heap.h"

namespace stageprof {

// Has the heap of the calling thread published for other threads: at each collection, and before
// the event loop waits.
class HeapWatch {
 public:
  // `shared_peak` is raised to the highest used heap; it may be null. Call it once.
  void Open(napi_env env, V8Heap* heap, std::atomic<double>* shared_peak);
  // On the same thread, while the isolate lives. Idempotent.
  void Close();
  bool is_open() const { return heap_ != nullptr; }

 private:
  void PublishBeforeWait();

  napi_env env_ = nullptr;
  V8Heap* heap_ = nullptr;  // null while closed
  V8Heap::Window window_;
  LoopWatch loop_watch_;
  double published_ns_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_HEAP_WATCH_H_
