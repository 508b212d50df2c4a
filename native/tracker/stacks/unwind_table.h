#ifndef STAGEPROF_TRACKER_STACKS_UNWIND_TABLE_H_
#define STAGEPROF_TRACKER_STACKS_UNWIND_TABLE_H_

#include <stdint.h>

#include "frame_rule.h"

namespace stageprof_tracker {

// Reads the rule of `pc` from the unwind tables of its module. False where they have none: there is
// no table, or it has a hole here. A rule that is there and cannot be followed is kUnknown.
// `header` is the segment PT_GNU_EH_FRAME, as it is in memory.
bool ReadUnwindTable(const uint8_t* header, uintptr_t pc, FrameRule* rule);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_UNWIND_TABLE_H_
