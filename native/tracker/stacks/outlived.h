#ifndef STAGEPROF_TRACKER_STACKS_OUTLIVED_H_
#define STAGEPROF_TRACKER_STACKS_OUTLIVED_H_

#include <stdint.h>

#include "stack_tables.h"

namespace stageprof_tracker {

// Which stages the live blocks have outlived: a block has outlived a stage of which a call was opened
// after its birth. What is born in one stage and is still there when that or another one has begun
// anew is what a leak looks like.

// When a block is born. A hook may call it.
uint32_t MsSinceStart();

// Goes through all sampled blocks that are live, and writes down how many bytes of each stage have
// outlived which. Not for hooks. False while another thread does so.
bool NoteOutlived(StackTables* tables);
// The same now and then, for whoever reads the tables after a kill. It takes at most 0.2 % of the time.
// To be called some times a second.
void KeepOutlived();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_OUTLIVED_H_
