#ifndef STAGEPROF_ADDON_HEAP_VERIFY_H_
#define STAGEPROF_ADDON_HEAP_VERIFY_H_

#include <node_api.h>

#include "../sources/v8_heap.h"

namespace stageprof {

// Compares what V8Heap reads with `get_heap_statistics`, which is v8.getHeapStatistics, and allows
// V8Heap to be read if the two agree. Returns null, or how they differ. An exception that the
// function throws counts as a difference.
const char* VerifyHeap(napi_env env, V8Heap* heap, napi_value get_heap_statistics);

// Finds the number that process.memoryUsage().arrayBuffers gives, which `get_array_buffers`
// returns. Where it is not found, V8's sum takes its place.
void FindBackingStores(napi_env env, BackingStores* stores, napi_value get_array_buffers);

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_HEAP_VERIFY_H_
