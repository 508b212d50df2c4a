#ifndef STAGEPROF_TRACKER_STACKS_CODE_READER_H_
#define STAGEPROF_TRACKER_STACKS_CODE_READER_H_

#include <stdint.h>

#include "frame_rule.h"

namespace stageprof_tracker {

// For code without unwind tables: follows it from `at` to where it returns, and adds up what that
// does to the stack. Code that does not return from here, such as the end of a function that throws,
// misleads it, so the result has to be checked. The code lies from `begin` to `end`. Needs 2 KiB of
// stack.
FrameRule ReadCode(const uint8_t* at, const uint8_t* begin, const uint8_t* end);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_CODE_READER_H_
