#ifndef STAGEPROF_TRACKER_STACKS_MADE_THREADS_H_
#define STAGEPROF_TRACKER_STACKS_MADE_THREADS_H_

#include "rebound_imports.h"

namespace stageprof_tracker {

// Takes the place of pthread_create in addons: the new thread begins with the origin of its maker. What it
// does before it first waits is taken to be for its maker, even if it is work that somebody else has left
// in a queue meanwhile.

// As FindQueueingFunctions.
constexpr uint32_t kThreadFunctions = 1;
uint32_t FindThreadFunctions(ReboundFunction* functions);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_MADE_THREADS_H_
