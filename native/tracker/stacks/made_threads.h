#ifndef STAGEPROF_TRACKER_STACKS_MADE_THREADS_H_
#define STAGEPROF_TRACKER_STACKS_MADE_THREADS_H_

#include "rebound_imports.h"

namespace stageprof_tracker {

// Takes the place of pthread_create in addons: the new thread begins with the origin of its maker.

// As FindQueueingFunctions.
constexpr uint32_t kThreadFunctions = 1;
uint32_t FindThreadFunctions(ReboundFunction* functions);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_MADE_THREADS_H_
