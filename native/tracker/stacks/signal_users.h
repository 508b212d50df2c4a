#ifndef STAGEPROF_TRACKER_STACKS_SIGNAL_USERS_H_
#define STAGEPROF_TRACKER_STACKS_SIGNAL_USERS_H_

#include "rebound_imports.h"

namespace stageprof_tracker {

// Takes the place of the functions by which addons handle signals. One that handles the signal of CPU samples
// finds it unused, and gets it.

// As FindQueueingFunctions.
constexpr uint32_t kSignalFunctions = 2;
uint32_t FindSignalFunctions(ReboundFunction* functions);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_SIGNAL_USERS_H_
