#ifndef STAGEPROF_SOURCES_ISOLATE_HEAPS_H_
#define STAGEPROF_SOURCES_ISOLATE_HEAPS_H_

#include <atomic>

#include "v8_heap.h"

namespace stageprof {

// The JS heaps of the process in whose threads the addon is loaded: one list, which every thread
// reads. The heap of a thread into which nothing has loaded the addon is not in it.

// What all but one of them have, each as it was last published. Buffers count on after the heap of
// the thread that made them has gone, until they are freed.
struct OtherHeaps {
  double used_bytes = 0;
  double physical_bytes = 0;
  // The heaps that went a moment ago: their pages may still be resident.
  double leaving_bytes = 0;
  double backing_store_bytes = 0;
};

// The most that the backing stores of the other heaps had since it was last taken, as far as they
// were read: at each sample of any thread, and when a heap goes.
struct OthersWindow {
  const V8Heap* own = nullptr;
  std::atomic<double> most_bytes{0};
  OthersWindow* next = nullptr;
};

// Adds a heap that is verified, on its thread. Does nothing if the isolate is there already.
void AddIsolateHeap(V8Heap* heap);
// To be called on the heap's thread, before the isolate goes. Does nothing if it is not there.
void RemoveIsolateHeap(V8Heap* heap);

void AddOthersWindow(OthersWindow* window, const V8Heap* own);
void RemoveOthersWindow(OthersWindow* window);

// On any thread. A process with one heap pays one load.
OtherHeaps ReadOtherHeaps(const V8Heap& own);

// Ends the window at what was read last.
double TakeOtherStoresPeak(OthersWindow* window, const OtherHeaps& now);

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_ISOLATE_HEAPS_H_
