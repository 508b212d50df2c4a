#ifndef STAGEPROF_BENCH_MALLOC_LOOP_H_
#define STAGEPROF_BENCH_MALLOC_LOOP_H_

#include <stddef.h>
#include <stdint.h>

namespace bench {

// Calls malloc and free `pairs` times on each of `threads` new threads, with sizes from
// `least_bytes` to `most_bytes`. The threads are new because a profiler that walks the stack would
// pay for node's deep stack on this one. Returns false when a thread cannot be made.
bool RunMallocLoop(size_t pairs, size_t least_bytes, size_t most_bytes, uint32_t threads);

}  // namespace bench

#endif  // STAGEPROF_BENCH_MALLOC_LOOP_H_
