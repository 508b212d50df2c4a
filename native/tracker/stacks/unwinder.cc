#include "unwinder.h"

#include <sys/auxv.h>

#include "code_map.h"
#include "code_reader.h"
#include "frame_rule.h"
#include "machine.h"
#include "rule_cache.h"
#include "unwind_table.h"
#include "v8_code.h"

namespace stageprof_tracker {

namespace {

// How far up the stack a return address is looked for.
constexpr uintptr_t kScannedBytes = 4096;

RuleCache rules;

const uint8_t* BytesAt(uintptr_t address) {
  return reinterpret_cast<const uint8_t*>(address);
}

// Reads what lies between the variables of other functions too.
__attribute__((no_sanitize("address", "thread"))) uintptr_t WordAt(uintptr_t address) {
  return *reinterpret_cast<const uintptr_t*>(address);
}

bool IsReturnAddress(uintptr_t address) {
  constexpr uintptr_t kLowest = 4096;
  if (address < kLowest || address >> kAddressBits != 0) return false;
  if (IsV8Code(address)) return true;
  CodeRange code;
  return FindKnownCode(address, &code) && address - code.begin >= kLongestCall &&
         IsAfterCall(BytesAt(address));
}

// `pc` is within the instruction that calls, so that the rule is that of the call even where it is
// the last of its function.
FrameRule FindRule(uintptr_t pc) {
  FrameRule rule;
  CodeRange code;
  // Code of WebAssembly lies outside of V8's range, and in no module.
  if (IsV8Code(pc) || !FindCode(pc, &code)) {
    rule.cfa = FrameRule::Cfa::kFramePointers;
    return rule;
  }
  if (code.unwind_table != nullptr && ReadUnwindTable(code.unwind_table, pc, &rule)) return rule;
  rule = ReadCode(BytesAt(pc + 1), BytesAt(code.begin), BytesAt(code.end));
  rule.is_guess = 1;
  return rule;
}

FrameRule RuleOf(uintptr_t pc) {
  FrameRule rule;
  if (rules.Find(pc, &rule)) return rule;
  rule = FindRule(pc);
  rules.Put(pc, rule);
  return rule;
}

class Walk {
 public:
  Walk(const Registers& registers, uintptr_t top, Stack* stack)
      : at_(registers), top_(top), stack_(stack) {
    stack->count = 0;
    stack->end = Stack::End::kLost;
  }

  void Run() {
    if (!Lies(at_.stack, kWordBytes)) return;
    bool is_guess = false;
    do {
      if (stack_->count == Stack::kMostFrames) {
        stack_->end = Stack::End::kFull;
        return;
      }
      stack_->frames[stack_->count++] = {at_.pc, nullptr, is_exact_, is_guess};
    } while (Step(&is_guess));
  }

 private:
  bool Lies(uintptr_t address, uintptr_t bytes) const {
    return address >= at_.stack && address < top_ && top_ - address >= bytes &&
           address % kWordBytes == 0;
  }

  // A function that calls no other may keep something below the stack pointer, and signals leave that alone.
  bool LiesInRedZone(uintptr_t address) const {
    constexpr uintptr_t kRedZoneBytes = 128;
    return stack_->count == 1 && at_.stack - address - 1 < kRedZoneBytes &&
           address % kWordBytes == 0;
  }

  bool Step(bool* is_guess) {
    const bool is_first = stack_->count == 1;
    const FrameRule rule = RuleOf(is_first ? at_.pc : at_.pc - 1);
    *is_guess = false;
    if (rule.is_guess != 0) is_exact_ = false;
    switch (rule.cfa) {
      case FrameRule::Cfa::kOutermost:
        stack_->end = Stack::End::kOutermost;
        return false;
      case FrameRule::Cfa::kFramePointers:
        // Other code without tables may use the frame pointer for anything.
        if (!IsV8Code(at_.pc)) is_exact_ = false;
        if (is_exact_) NoteFunction();
        return StepByFramePointers();
      default:
        break;
    }
    if (StepByRule(rule)) return IsCalled();
    if (rule.is_guess == 0 && knows_stack_) return false;
    const bool is_found = kPairEndsFrame ? StepByScan(is_guess) : StepByGuessedPair(is_guess);
    if (!is_found && IsAtBeginning()) stack_->end = Stack::End::kOutermost;
    return is_found;
  }

  // A program and a thread begin with a frame pointer of zero, in functions that are written by hand,
  // often without tables and without an end. Functions of musl may have lost the zero.
  bool IsAtBeginning() const {
    constexpr uintptr_t kEntryBytes = 64;
    return at_.base == 0 || at_.pc - getauxval(AT_ENTRY) < kEntryBytes;
  }

  // A thread begins in a function that nobody has called.
  bool IsCalled() {
    if (at_.pc != 0) return true;
    stack_->end = Stack::End::kOutermost;
    return false;
  }

  bool StepByRule(const FrameRule& rule) {
    uintptr_t cfa;
    const auto offset = static_cast<uintptr_t>(static_cast<intptr_t>(rule.offset));
    switch (rule.cfa) {
      case FrameRule::Cfa::kFromStack:
        if (!knows_stack_) return StepByPair(rule);
        cfa = at_.stack + offset;
        break;
      case FrameRule::Cfa::kFromBase:
        cfa = at_.base + offset;
        break;
      case FrameRule::Cfa::kFromBaseSlot:
        if (!Lies(at_.base + offset, kWordBytes)) return false;
        cfa = WordAt(at_.base + offset);
        break;
      case FrameRule::Cfa::kFromStackSlot:
        if (!Lies(at_.stack + offset, kWordBytes) && !LiesInRedZone(at_.stack + offset))
          return false;
        cfa = WordAt(at_.stack + offset) + (rule.slot_words + 1u) * kWordBytes;
        break;
      default:
        return false;
    }
    const auto slot = static_cast<uintptr_t>(rule.slot * kWordBytes);
    uintptr_t pc;
    if (!FindReturn(rule, cfa, slot, &pc)) return false;
    if (rule.is_guess != 0 && !IsReturnAddress(pc)) return false;
    if (rule.base == FrameRule::Base::kBelowCfa) TakeBase(cfa + slot);
    if (rule.base == FrameRule::Base::kBelowBase) TakeBase(at_.base + slot);
    if (rule.base == FrameRule::Base::kLost) is_exact_ = false;
    at_ = {pc, cfa, at_.base, 0};
    knows_stack_ = true;
    return true;
  }

  // The stack pointer is not known, but the frame pointer points to the pair that the rule tells the
  // place of, if the function keeps frame pointers: so the result is checked.
  bool StepByPair(const FrameRule& rule) {
    if (rule.base != FrameRule::Base::kBelowCfa || !Lies(at_.base, 2 * kWordBytes)) return false;
    const uintptr_t pc = WithoutSignature(WordAt(at_.base + kWordBytes));
    const uintptr_t cfa = at_.base - static_cast<uintptr_t>(rule.slot * kWordBytes);
    if (!IsReturnAddress(pc) || cfa < at_.stack || cfa > top_) return false;
    at_ = {pc, cfa, WordAt(at_.base), 0};
    knows_stack_ = true;
    return true;
  }

  bool FindReturn(const FrameRule& rule, uintptr_t cfa, uintptr_t slot, uintptr_t* pc) const {
    if (cfa < at_.stack || cfa > top_) return false;
    uintptr_t at = cfa - kWordBytes;
    switch (rule.return_address) {
      case FrameRule::Return::kInLink:
        *pc = WithoutSignature(at_.link);
        return at_.link != 0;
      case FrameRule::Return::kAboveBase:
        at = cfa + slot + kWordBytes;
        break;
      case FrameRule::Return::kInSlot:
        at = cfa + slot;
        break;
      default:
        break;
    }
    if (!Lies(at, kWordBytes)) return false;
    *pc = WithoutSignature(WordAt(at));
    return true;
  }

  // A rule that was guessed may name a slot outside of the stack.
  void TakeBase(uintptr_t slot) {
    if (Lies(slot, kWordBytes)) at_.base = WordAt(slot);
  }

  // Frames of JS functions have the context, which is a tagged pointer, and the function right below
  // the saved frame pointer. Those of builtins have a small integer there.
  void NoteFunction() {
    constexpr uintptr_t kTagMask = 3;
    constexpr uintptr_t kHeapObject = 1;
    const uintptr_t context = at_.base - kWordBytes;
    const uintptr_t function = at_.base - 2 * kWordBytes;
    if (!Lies(function, 2 * kWordBytes)) return;
    if ((WordAt(context) & kTagMask) != kHeapObject) return;
    if ((WordAt(function) & kTagMask) != kHeapObject) return;
    stack_->frames[stack_->count - 1].function = reinterpret_cast<const uintptr_t*>(function);
  }

  bool StepByFramePointers() {
    if (!Lies(at_.base, 2 * kWordBytes)) return false;
    TakePair();
    return IsCalled();
  }

  void TakePair() {
    const uintptr_t base = at_.base;
    at_ = {WithoutSignature(WordAt(base + kWordBytes)), base + 2 * kWordBytes, WordAt(base), 0};
    knows_stack_ = kPairEndsFrame;
  }

  bool StepByScan(bool* is_guess) {
    for (uintptr_t slot = at_.stack; slot - at_.stack < kScannedBytes; slot += kWordBytes) {
      if (!Lies(slot, kWordBytes)) return false;
      const uintptr_t pc = WithoutSignature(WordAt(slot));
      if (!IsReturnAddress(pc)) continue;
      at_ = {pc, slot + kWordBytes, at_.base, 0};
      *is_guess = true;
      return true;
    }
    return false;
  }

  // Where a return address does not tell how much of the stack its frame takes, a scan would find one
  // and lead no further. Compilers keep frame pointers there by default.
  bool StepByGuessedPair(bool* is_guess) {
    if (!Lies(at_.base, 2 * kWordBytes)) return false;
    const uintptr_t pc = WithoutSignature(WordAt(at_.base + kWordBytes));
    if (!IsReturnAddress(pc)) return false;
    TakePair();
    *is_guess = true;
    is_exact_ = false;
    return true;
  }

  Registers at_;
  bool knows_stack_ = true;  // else the stack pointer lies somewhere above at_.stack
  bool is_exact_ = true;
  const uintptr_t top_;
  Stack* const stack_;
};

}  // namespace

void Unwind(const Registers& registers, uintptr_t top, Stack* stack) {
  Walk(registers, top, stack).Run();
}

void ForgetRules() {
  rules.Forget();
}

}  // namespace stageprof_tracker
