#ifndef STAGEPROF_ALLOCATORS_GLIBC_H_
#define STAGEPROF_ALLOCATORS_GLIBC_H_

#include "allocator.h"

namespace stageprof {

// mallinfo2 of mallinfo(3), which exists from glibc 2.33 on. It walks every free chunk of every
// arena: 64 ns in a bare process, 1 to 2 us in a fresh node, 32 ms with 200,000 free chunks.
//   live: uordblks plus hblkhd, which alone has the blocks that are mapped separately. Thread
//         caches count as handed out.
//   free: fordblks. It includes pages in the middle of the heap that were given back to the kernel.
extern const Allocator kGlibc;

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_GLIBC_H_
