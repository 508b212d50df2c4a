#ifndef STAGEPROF_TRACKER_BATCH_H_
#define STAGEPROF_TRACKER_BATCH_H_

#include <stdint.h>

namespace stageprof_tracker {

// How many live bytes a thread may keep to itself, in either direction. The process's live bytes
// are one number, so that there can be a peak; writing it costs 50 ns when another thread has just
// done so. A thread that frees what it allocates seldom needs to write it.
constexpr uint64_t kBatchBytes = 32 * 1024;

// How many allocated bytes a thread may keep to itself for one module. No peak is made from them,
// and no free takes from them: with few, each large block would be handed over by itself.
constexpr uint64_t kModuleBatchBytes = 128 * 1024;

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_BATCH_H_
