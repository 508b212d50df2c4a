#ifndef STAGEPROF_TRACKER_STACKS_FRAME_RULE_H_
#define STAGEPROF_TRACKER_STACKS_FRAME_RULE_H_

#include <stdint.h>

namespace stageprof_tracker {

constexpr int64_t kWordBytes = 8;

// How to get from the registers at one instruction to those of the caller. The canonical frame
// address (CFA) is the stack pointer as it was before the call.
struct FrameRule {
  enum class Cfa : uint8_t {
    kUnknown,
    kFromStack,     // stack pointer + offset
    kFromBase,      // frame pointer + offset
    kFromBaseSlot,  // the word at frame pointer + offset: functions that align their stack
    kFromStackSlot,  // the word at stack pointer + offset, and slot_words + 1 words: assembly that aligns its stack
    kFramePointers,  // the frame pointer points to the pair of the caller's and the return address
    kOutermost,      // nobody has called this function
  };
  // Where the caller's frame pointer is.
  enum class Base : uint8_t {
    kSame,
    kBelowCfa,   // saved at CFA + slot
    kBelowBase,  // saved at frame pointer + slot
    kLost,
  };
  enum class Return : uint8_t {
    kBelowCfa,   // in the word below the CFA, where a call on x86 puts it
    kAboveBase,  // in the word above the caller's frame pointer
    kInSlot,     // at CFA + slot; the caller's frame pointer is the same or lost
    kInLink,     // still in the link register
  };

  int32_t offset = 0;
  int16_t slot = 0;  // in words
  Cfa cfa = Cfa::kUnknown;
  Base base : 2;
  Return return_address : 2;
  // Found by reading the code, where there is no table: the result has to be checked.
  uint8_t is_guess : 1;
  uint8_t slot_words : 3;

  FrameRule() : base(Base::kSame), return_address(Return::kBelowCfa), is_guess(0), slot_words(0) {}
};
static_assert(sizeof(FrameRule) == 8, "a rule is kept in one word");

// Where a register of the caller is.
struct Saved {
  enum class Kind : uint8_t { kSame, kBelowCfa, kBelowBase, kUndefined, kOther };
  Kind kind = Kind::kSame;
  int64_t offset = 0;
};

// kUnknown where a rule cannot say this.
FrameRule MakeRule(FrameRule::Cfa cfa, int64_t offset, const Saved& base,
                   const Saved& return_address);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_FRAME_RULE_H_
