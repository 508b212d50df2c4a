#ifndef STAGEPROF_SOURCES_ISOLATE_HEAPS_H_
#define STAGEPROF_SOURCES_ISOLATE_HEAPS_H_

#include "v8_heap.h"

namespace stageprof {

// The JS heaps of the process in whose threads the addon is used: one list, which every thread
// reads. The heap of a worker thread without a profiler is not in it.

// What all but one of them have, each as it was last published.
struct OtherHeaps {
  double used_bytes = 0;
  double physical_bytes = 0;
  double backing_store_bytes = 0;
};

// Adds a heap that is verified. Does nothing if it is there already.
void AddIsolateHeap(V8Heap* heap);
// To be called on the heap's thread, before the isolate goes. Does nothing if it is not there.
void RemoveIsolateHeap(V8Heap* heap);

// On any thread. A process with one heap pays one load.
OtherHeaps ReadOtherHeaps(const V8Heap& own);

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_ISOLATE_HEAPS_H_
