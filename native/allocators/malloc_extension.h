#ifndef STAGEPROF_ALLOCATORS_MALLOC_EXTENSION_H_
#define STAGEPROF_ALLOCATORS_MALLOC_EXTENSION_H_

#include "allocator.h"

namespace stageprof {

// The two tcmallocs, gperftools' and Google's own: the same questions, under other names. Each
// reading adds up size classes, threads and processors, not blocks.
//   live: generic.current_allocated_bytes, "bytes currently allocated by application" and "bytes in
//         use by application": caches of processors, threads and size classes are not in it.
//   free: what the heap and its metadata have of the kernel and have not given back, less live. A
//         maximum: pages not touched yet are in it.

// Properties of gperftools' malloc_extension.h; free is by generic.total_physical_bytes.
extern const Allocator kGperftools;
// Meaning of the properties: tcmalloc's docs/stats.md; free is by generic.physical_memory_used
// ("actual memory used").
extern const Allocator kTcmalloc;

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_MALLOC_EXTENSION_H_
