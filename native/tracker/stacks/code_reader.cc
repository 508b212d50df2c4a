#include "code_reader.h"

#include <stddef.h>

#include "instruction.h"

namespace stageprof_tracker {

namespace {

// What is known at one instruction, relative to the registers where the reading began.
struct State {
  const uint8_t* at;
  int64_t moved;      // of the stack pointer, from the base that follows
  int64_t base_slot;  // where the caller's rbp was taken from, as `moved` was then
  bool is_from_base;  // rsp = rbp + moved, not rsp + moved
  bool has_taken_base;
};

class CodeReader {
 public:
  CodeReader(const uint8_t* at, const uint8_t* begin, const uint8_t* end)
      : first_(at), begin_(begin), end_(end) {
    states_[0] = {at, 0, 0, false, false};
  }

  FrameRule Run() {
    FrameRule rule;
    while (count_ > 0) {
      State state = states_[--count_];
      if (Follow(&state, &rule)) return rule;
    }
    return rule;
  }

 private:
  static constexpr size_t kMostStates = 24;
  static constexpr int kMostInstructions = 2000;
  // What was read is noted byte by byte, around the first instruction. What lies further away may be
  // read again.
  static constexpr ptrdiff_t kNotedBytes = 4096;

  // True where it returns.
  bool Follow(State* state, FrameRule* rule) {
    while (state->at >= begin_ && state->at < end_ && instructions_ < kMostInstructions) {
      if (WasRead(state->at)) return false;
      ++instructions_;
      Instruction instruction;
      if (!Decode(state->at, end_, &instruction)) return false;
      state->at += instruction.length;
      switch (instruction.effect) {
        case Effect::kNone:
          break;
        case Effect::kReturns:
        case Effect::kJumpsElsewhere:
          return Tell(*state, rule);
        case Effect::kJumps:
          state->at = instruction.target;
          break;
        case Effect::kBranches:
          if (count_ < kMostStates) {
            states_[count_] = *state;
            states_[count_++].at = instruction.target;
          }
          break;
        case Effect::kEnds:
        case Effect::kUnknown:
          return false;
        default:
          if (!Apply(instruction, state)) return false;
      }
    }
    return false;
  }

  static bool Apply(const Instruction& instruction, State* state) {
    switch (instruction.effect) {
      case Effect::kMovesStack:
        state->moved += instruction.value;
        return true;
      case Effect::kPopsBase:
        TakeBase(state, state->moved);
        state->moved += 8;
        return true;
      case Effect::kLoadsBase:
        TakeBase(state, state->moved + instruction.value);
        return true;
      case Effect::kLeaves:
        if (!PutOnBase(state, 0)) return false;
        TakeBase(state, 0);
        state->moved = 8;
        return true;
      case Effect::kStackFromBase:
        return PutOnBase(state, instruction.value);
      default:
        return false;
    }
  }

  static void TakeBase(State* state, int64_t slot) {
    state->has_taken_base = true;
    state->base_slot = slot;
  }

  // Once rbp has been given back, it is the caller's.
  static bool PutOnBase(State* state, int64_t offset) {
    if (state->has_taken_base) return false;
    state->is_from_base = true;
    state->moved = offset;
    return true;
  }

  static bool Tell(const State& state, FrameRule* rule) {
    constexpr int64_t kMostOffset = 1 << 30;
    const int64_t offset = state.moved + 8;
    if (offset > kMostOffset || offset < -kMostOffset) return false;
    rule->is_guess = 1;
    rule->offset = static_cast<int32_t>(offset);
    rule->cfa = state.is_from_base ? FrameRule::Cfa::kFromBase : FrameRule::Cfa::kFromStack;
    if (!state.has_taken_base) return true;
    const int64_t below = state.base_slot - offset;
    rule->base_offset = static_cast<int16_t>(below);
    rule->base = rule->base_offset == below ? FrameRule::Base::kBelowCfa : FrameRule::Base::kLost;
    return true;
  }

  bool WasRead(const uint8_t* at) {
    const ptrdiff_t place = at - first_ + kNotedBytes / 2;
    if (place < 0 || place >= kNotedBytes) return false;
    uint64_t* const word = &read_[place / 64];
    const uint64_t bit = uint64_t{1} << (place % 64);
    const bool was = (*word & bit) != 0;
    *word |= bit;
    return was;
  }

  const uint8_t* const first_;
  const uint8_t* const begin_;
  const uint8_t* const end_;
  int instructions_ = 0;
  size_t count_ = 1;
  State states_[kMostStates];
  uint64_t read_[kNotedBytes / 64] = {};
};

}  // namespace

FrameRule ReadCode(const uint8_t* at, const uint8_t* begin, const uint8_t* end) {
  return CodeReader(at, begin, end).Run();
}

}  // namespace stageprof_tracker
