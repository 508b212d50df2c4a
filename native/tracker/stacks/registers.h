#ifndef STAGEPROF_TRACKER_STACKS_REGISTERS_H_
#define STAGEPROF_TRACKER_STACKS_REGISTERS_H_

#include <stdint.h>

namespace stageprof_tracker {

struct Registers {
  uintptr_t pc = 0;
  uintptr_t stack = 0;  // x86-64: rsp; arm64: sp
  uintptr_t base = 0;   // the frame pointer. x86-64: rbp; arm64: x29
  // arm64: x30, which has the return address until the function saves it. 0 if it is not known.
  uintptr_t link = 0;
};

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_REGISTERS_H_
