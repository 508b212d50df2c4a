#ifndef STAGEPROF_TRACKER_STACKS_INSTRUCTION_H_
#define STAGEPROF_TRACKER_STACKS_INSTRUCTION_H_

#include <stdint.h>

namespace stageprof_tracker {

// What one instruction does to the stack pointer, the frame pointer and the link register, and where it
// goes.
struct Instruction {
  enum class Flow : uint8_t {
    kOn,
    kReturns,
    kJumps,           // to `target`
    kBranches,        // to `target` or on
    kJumpsElsewhere,  // through a slot of this module, which is how another function is called last
    kEnds,            // does not go on, or is the start of another function
    kUnknown,  // changes the stack pointer in a way that is not followed, or jumps through a register
  };
  enum class Stack : uint8_t {
    kKept,
    kMoves,     // stack pointer += value
    kFromBase,  // stack pointer = frame pointer + value
  };

  uint8_t length = 0;
  Flow flow = Flow::kOn;
  Stack stack = Stack::kKept;
  // Loads the register from its slot, which is told from the stack pointer as it is afterwards.
  bool loads_base = false;
  bool loads_link = false;
  int64_t value = 0;
  int64_t base_slot = 0;
  int64_t link_slot = 0;
  const uint8_t* target = nullptr;
};

// Reads at most 15 bytes below `end`. False where they are no instruction, or one that is not known.
bool Decode(const uint8_t* at, const uint8_t* end, Instruction* instruction);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_INSTRUCTION_H_
