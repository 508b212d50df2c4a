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
// outlived which. Not for hooks; one thread at a time.
void NoteOutlived(StackTables* tables);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_OUTLIVED_H_
