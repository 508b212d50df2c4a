#ifndef STAGEPROF_ALLOCATORS_MALLOC_EXTENSION_H_
#define STAGEPROF_ALLOCATORS_MALLOC_EXTENSION_H_

#include "allocator.h"

namespace stageprof {

// The two tcmallocs, gperftools' and Google's own, answer the same questions under different names.
// Each reading adds up size classes, threads and processors, not blocks.
//   live: generic.current_allocated_bytes, "bytes currently allocated by application" and "bytes in
//         use by application". It excludes caches of processors, threads and size classes.
//   free: what the heap and its metadata have from the kernel and have not given back, less live.
//         It is a maximum, since it includes pages not touched yet.

// The properties are those of gperftools' malloc_extension.h; free comes from
// generic.total_physical_bytes.
extern const Allocator kGperftools;
// The properties are explained in tcmalloc's docs/stats.md; free comes from
// generic.physical_memory_used ("actual memory used").
extern const Allocator kTcmalloc;

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_MALLOC_EXTENSION_H_
