#ifndef STAGEPROF_BENCH_FREE_CHUNKS_H_
#define STAGEPROF_BENCH_FREE_CHUNKS_H_

#include <stddef.h>

namespace bench {

// Leaves `count` free chunks between live blocks for as long as the process lives, like a native
// extension that freed every other of its small blocks. Returns how many were freed.
size_t MakeFreeChunks(size_t count);

}  // namespace bench

#endif  // STAGEPROF_BENCH_FREE_CHUNKS_H_
