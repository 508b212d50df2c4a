#ifndef STAGEPROF_ADDON_HEAP_VERIFY_H_
#define STAGEPROF_ADDON_HEAP_VERIFY_H_

#include <node_api.h>

#include "../sources/v8_heap.h"

namespace stageprof {

// Holds what V8Heap reads against `get_heap_statistics`, which is v8.getHeapStatistics, and allows
// it to be read if they agree. Null, or why they do not. An exception the function throws is taken
// for a reason.
const char* VerifyHeap(napi_env env, V8Heap* heap, napi_value get_heap_statistics);

// Finds what is process.memoryUsage().arrayBuffers, which `get_array_buffers` returns. Where it is
// not found, V8's sum stands in for it.
void FindBackingStores(napi_env env, BackingStores* stores, napi_value get_array_buffers);

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_HEAP_VERIFY_H_
