#ifndef STAGEPROF_TRACKER_STACKS_FRAME_RULE_H_
#define STAGEPROF_TRACKER_STACKS_FRAME_RULE_H_

#include <stdint.h>

namespace stageprof_tracker {

// How to get from the registers at one instruction to those of the caller. The canonical frame
// address (CFA) is the stack pointer as it was before the call; the return address lies below it.
struct FrameRule {
  enum class Cfa : uint8_t {
    kUnknown,
    kFromStack,     // rsp + offset
    kFromBase,      // rbp + offset
    kFromBaseSlot,  // the word at rbp + offset: functions that align their stack
    kFromStackSlot,  // the word at rsp + offset, and slot_words + 1 words: assembly that aligns its stack
    kFramePointers,  // rbp points to the pair of the caller's rbp and the return address
    kOutermost,      // nobody has called this function
  };
  enum class Base : uint8_t {
    kSame,
    kBelowCfa,   // saved at CFA + base_offset
    kBelowBase,  // saved at rbp + base_offset
    kLost,
  };

  int32_t offset = 0;
  int16_t base_offset = 0;
  Cfa cfa = Cfa::kUnknown;
  Base base : 4;
  // Found by reading the code, where there is no table: the result has to be checked.
  uint8_t is_guess : 1;
  uint8_t slot_words : 3;

  FrameRule() : base(Base::kSame), is_guess(0), slot_words(0) {}
};
static_assert(sizeof(FrameRule) == 8, "a rule is kept in one word");

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_FRAME_RULE_H_
