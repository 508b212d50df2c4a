#ifndef STAGEPROF_TRACKER_STACKS_THREADSAFE_FUNCTIONS_H_
#define STAGEPROF_TRACKER_STACKS_THREADSAFE_FUNCTIONS_H_

#include "rebound_imports.h"

namespace stageprof_tracker {

// Takes the place of the functions of Node-API by which other threads have JS called. The callback has the
// origin of the thread that asked for it, where its own thread is in no stage. That thread goes on with
// what it did, even if it had to wait for a place in the queue.

// As FindQueueingFunctions.
constexpr uint32_t kThreadsafeFunctions = 2;
uint32_t FindThreadsafeFunctions(ReboundFunction* functions);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_THREADSAFE_FUNCTIONS_H_
