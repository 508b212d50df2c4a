#ifndef STAGEPROF_ALLOCATORS_MIMALLOC_H_
#define STAGEPROF_ALLOCATORS_MIMALLOC_H_

#include "allocator.h"

namespace stageprof {

// Recognised, not read: mimalloc has no live bytes of the process at a bounded cost.
//   - Release builds (MI_STAT 0) do not count blocks. Where they are counted, each thread
//     counts its own, and mi_stats_get sees a thread's counts when that thread merges them or ends.
//   - mi_heap_visit_blocks walks the heap.
//   - mi_process_info gives the committed memory, on Linux also in place of the resident one: with
//     the arena that it reserves and never touches in it (136 MiB at the start of a program that
//     has 2 MiB resident, by 2.0.9). What is free in it cannot be told from it.
extern const Allocator kMimalloc;

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_MIMALLOC_H_
