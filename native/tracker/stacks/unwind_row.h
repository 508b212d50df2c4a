#ifndef STAGEPROF_TRACKER_STACKS_UNWIND_ROW_H_
#define STAGEPROF_TRACKER_STACKS_UNWIND_ROW_H_

#include <stdint.h>

#include "frame_rule.h"

namespace stageprof_tracker {

// What the functions of one compilation unit have in common, and one of them.
struct Description {
  uint64_t code_step = 1;
  int64_t data_step = 1;
  uint8_t encoding = 0;
  bool is_of_signal = false;
  const uint8_t* common_begin = nullptr;
  const uint8_t* common_end = nullptr;
  uintptr_t function = 0;
  uintptr_t bytes = 0;
  const uint8_t* begin = nullptr;
  const uint8_t* end = nullptr;
};

// Runs the instructions of a description up to those of `pc`. kUnknown where they cannot be followed.
FrameRule ReadRow(const Description& description, uintptr_t pc);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_UNWIND_ROW_H_
