#include "code_reader.h"

#include <stddef.h>

#include "instruction.h"
#include "machine.h"

namespace stageprof_tracker {

namespace {

// Where a register of the caller was taken from, as State::moved was then.
struct Taken {
  bool is_taken;
  int64_t slot;
};

// What is known at one instruction, relative to the registers where the reading began.
struct State {
  const uint8_t* at;
  int64_t moved;      // of the stack pointer, from the base that follows
  bool is_from_base;  // stack pointer = frame pointer + moved, not stack pointer + moved
  Taken base;
  Taken link;
};

class CodeReader {
 public:
  CodeReader(const uint8_t* at, const uint8_t* begin, const uint8_t* end)
      : first_(at), begin_(begin), end_(end) {
    states_[0] = {at, 0, false, {}, {}};
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
      if (!Apply(instruction, state)) return false;
      switch (instruction.flow) {
        case Instruction::Flow::kOn:
          break;
        case Instruction::Flow::kReturns:
        case Instruction::Flow::kJumpsElsewhere:
          return Tell(*state, rule);
        case Instruction::Flow::kJumps:
          state->at = instruction.target;
          break;
        case Instruction::Flow::kBranches:
          if (count_ < kMostStates) {
            states_[count_] = *state;
            states_[count_++].at = instruction.target;
          }
          break;
        default:
          return false;
      }
    }
    return false;
  }

  static bool Apply(const Instruction& instruction, State* state) {
    switch (instruction.stack) {
      case Instruction::Stack::kKept:
        break;
      case Instruction::Stack::kMoves:
        state->moved += instruction.value;
        break;
      case Instruction::Stack::kFromBase:
        // Once the frame pointer has been given back, it is the caller's.
        if (state->base.is_taken) return false;
        // Nor can slots from before be told from there.
        if (state->link.is_taken) return false;
        state->is_from_base = true;
        state->moved = instruction.value;
        break;
    }
    if (instruction.loads_base) state->base = {true, state->moved + instruction.base_slot};
    if (instruction.loads_link) state->link = {true, state->moved + instruction.link_slot};
    return true;
  }

  static bool Tell(const State& state, FrameRule* rule) {
    const int64_t offset = state.moved + kReturnBytes;
    const auto saved = [offset](const Taken& taken) {
      return taken.is_taken ? Saved{Saved::Kind::kBelowCfa, taken.slot - offset} : Saved();
    };
    const auto cfa = state.is_from_base ? FrameRule::Cfa::kFromBase : FrameRule::Cfa::kFromStack;
    *rule = MakeRule(cfa, offset, saved(state.base),
                     state.link.is_taken ? saved(state.link) : kReturnAtEntry);
    rule->is_guess = 1;
    return rule->cfa != FrameRule::Cfa::kUnknown;
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
