#ifndef STAGEPROF_ALLOCATORS_MIMALLOC_H_
#define STAGEPROF_ALLOCATORS_MIMALLOC_H_

#include "allocator.h"

namespace stageprof {

// mimalloc is recognised but not read: it does not tell the live bytes of the process at a bounded
// cost.
//   - Release builds (MI_STAT 0) do not count blocks. In other builds each thread counts its own,
//     and mi_stats_get sees these counts only when the thread merges them or ends.
//   - mi_heap_visit_blocks walks the heap.
//   - mi_process_info gives the committed memory, on Linux also as the resident memory. It includes
//     the arena that mimalloc reserves and never touches (136 MiB at the start of a program that
//     has 2 MiB resident, with 2.0.9), so it does not tell what is free in the allocator.
extern const Allocator kMimalloc;

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_MIMALLOC_H_
