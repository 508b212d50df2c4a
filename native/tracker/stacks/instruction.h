#ifndef STAGEPROF_TRACKER_STACKS_INSTRUCTION_H_
#define STAGEPROF_TRACKER_STACKS_INSTRUCTION_H_

#include <stdint.h>

namespace stageprof_tracker {

// What one x86-64 instruction does to the stack pointer and to the frame pointer, and where it goes.
enum class Effect : uint8_t {
  kNone,
  kMovesStack,     // rsp += value
  kStackFromBase,  // rsp = rbp + value
  kPopsBase,       // pop rbp
  kLoadsBase,      // rbp = [rsp + value]
  kLeaves,         // leave
  kReturns,
  kJumps,           // to `target`
  kBranches,        // to `target` or on
  kJumpsElsewhere,  // through a slot of this module, which is how another function is called last
  kEnds,            // does not go on, or is the start of another function
  kUnknown,         // changes rsp in a way that is not followed, or jumps through a register
};

struct Instruction {
  uint8_t length = 0;
  Effect effect = Effect::kNone;
  int64_t value = 0;
  const uint8_t* target = nullptr;
};

// Reads at most 15 bytes below `end`. False where they are no instruction, or one that is not known.
bool Decode(const uint8_t* at, const uint8_t* end, Instruction* instruction);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_INSTRUCTION_H_
