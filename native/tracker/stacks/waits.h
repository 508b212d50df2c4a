#ifndef STAGEPROF_TRACKER_STACKS_WAITS_H_
#define STAGEPROF_TRACKER_STACKS_WAITS_H_

#include "rebound_imports.h"

namespace stageprof_tracker {

// Takes the place of the functions by which addons wait and wake: condition variables, semaphores, and
// the futex system call of GLib and Rust. Whoever is woken goes on for whoever woke it. Nobody knows for
// whom a thread works that waits for anything else.

// As FindQueueingFunctions.
constexpr uint32_t kWaitingFunctions = 10;
uint32_t FindWaitingFunctions(ReboundFunction* functions);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_WAITS_H_
