#ifndef STAGEPROF_ALLOCATORS_JEMALLOC_H_
#define STAGEPROF_ALLOCATORS_JEMALLOC_H_

#include "allocator.h"

namespace stageprof {

// mallctl(3), "MALLCTL NAMESPACE". A write to `epoch` renews every stats.*, which exist in builds
// with --enable-stats (the default), and costs in proportion to arenas and size classes, not to
// blocks.
//   live: stats.allocated, less stats.arenas.<all>.tcache_bytes, since a block in a thread's cache
//         has left its arena and counts as allocated.
//   free: stats.resident ("pages dedicated to allocator metadata, pages backing active allocations,
//         and unused dirty pages"), less live. It is a maximum, since it includes pages not touched
//         yet.
//         stats.retained and the rest of stats.mapped are address space without memory.
extern const Allocator kJemalloc;

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_JEMALLOC_H_
