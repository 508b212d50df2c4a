#ifndef STAGEPROF_TRACKER_STACKS_QUEUED_WORK_H_
#define STAGEPROF_TRACKER_STACKS_QUEUED_WORK_H_

#include "rebound_imports.h"

namespace stageprof_tracker {

// Takes the place of the functions by which an addon queues work for libuv's pool. The callback then
// runs with the origin of whoever queued it. The addon gets the results, pointers and errors of the
// real functions.

// Called while there is one thread. Returns how many there are; `functions` has room for kQueueingFunctions.
constexpr uint32_t kQueueingFunctions = 4;
uint32_t FindQueueingFunctions(ReboundFunction* functions);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_QUEUED_WORK_H_
