#ifndef STAGEPROF_BENCH_MALLOC_LOOP_H_
#define STAGEPROF_BENCH_MALLOC_LOOP_H_

#include <stddef.h>
#include <stdint.h>

namespace bench {

// On each of `threads` new threads, `pairs` times a malloc and its free, of sizes from `least_bytes`
// to `most_bytes`. On threads of their own, because a profiler that walks the stack would pay for
// that of node on this one. False when a thread cannot be made.
bool RunMallocLoop(size_t pairs, size_t least_bytes, size_t most_bytes, uint32_t threads);

}  // namespace bench

#endif  // STAGEPROF_BENCH_MALLOC_LOOP_H_
