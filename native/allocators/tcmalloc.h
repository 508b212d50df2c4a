#ifndef STAGEPROF_ALLOCATORS_TCMALLOC_H_
#define STAGEPROF_ALLOCATORS_TCMALLOC_H_

#include "allocator.h"

namespace stageprof {

// Google's own tcmalloc: other names than gperftools', and lengths beside them. Meaning of the
// properties: its docs/stats.md. Each reading adds up size classes and processors, not blocks.
//   live: generic.current_allocated_bytes, "bytes in use by application": caches of processors,
//         threads and size classes are not in it.
//   held: generic.physical_memory_used ("actual memory used": the heap and its metadata, less what
//         was given back to the kernel), less live. A maximum: pages not touched yet are in it.
extern const Allocator kTcmalloc;

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_TCMALLOC_H_
