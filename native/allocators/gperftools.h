#ifndef STAGEPROF_ALLOCATORS_GPERFTOOLS_H_
#define STAGEPROF_ALLOCATORS_GPERFTOOLS_H_

#include "allocator.h"

namespace stageprof {

// The tcmalloc of gperftools; properties of its malloc_extension.h. Each reading adds up size
// classes and threads, not blocks.
//   live: generic.current_allocated_bytes, "bytes currently allocated by application": caches of
//         threads and of size classes are not in it.
//   held: generic.total_physical_bytes (the heap and its metadata, less what was given back to the
//         kernel), less live. A maximum: pages not touched yet are in it.
extern const Allocator kGperftools;

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_GPERFTOOLS_H_
