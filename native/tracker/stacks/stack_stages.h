#ifndef STAGEPROF_TRACKER_STACKS_STACK_STAGES_H_
#define STAGEPROF_TRACKER_STACKS_STACK_STAGES_H_

#include <stdint.h>

namespace stageprof_tracker {

// The numbers by which a site knows the stage that ran, and the thread it ran on.

// A thread that never told its stage: what it does may belong to any.
constexpr uint32_t kUnknownStage = 0;
// The main thread before it has told its stage.
constexpr uint32_t kMainOutsideStage = 1;
// Stages for which there was no room.
constexpr uint32_t kOtherStage = 2;

// Whether it is the time of a thread outside of its stages.
bool IsOutsideStage(uint32_t stage);

// Called while there is one thread, after OpenStackTables.
void OpenStackStages();
// The number of a stage on the threads of that name. Not for hooks.
uint32_t FindStackStage(const char* thread, uint32_t thread_bytes, const char* label,
                        uint32_t label_bytes);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_STACK_STAGES_H_
