#ifndef STAGEPROF_TRACKER_BATCH_H_
#define STAGEPROF_TRACKER_BATCH_H_

#include <stdint.h>

namespace stageprof_tracker {

// What a thread may keep to itself of live bytes, in either direction, and of what it has allocated
// for one module. The process's live bytes are one number, for the peak's sake, which costs 50 ns
// when another thread has just written it; a thread that frees what it allocates seldom needs it.
constexpr uint64_t kBatchBytes = 32 * 1024;

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_BATCH_H_
