#include "../instruction.h"

#include "encoding.h"

namespace stageprof_tracker {

namespace {

// What an instruction does, told from its parts.
class EffectFinder {
 public:
  EffectFinder(const Encoding& encoding, const uint8_t* after)
      : encoding_(encoding), after_(after) {}

  void Run(Instruction* found) const {
    if (encoding_.map == Encoding::Map::kOneByte) FindOfOneByte(found);
    if (encoding_.map == Encoding::Map::kTwoBytes) FindOfTwoBytes(found);
  }

 private:
  void FindOfOneByte(Instruction* found) const {
    const int group = encoding_.operands.reg & 7;
    const int low_register = (encoding_.opcode & 7) | ((encoding_.rex & 1) << 3);
    switch (encoding_.opcode) {
      case 0x50 ... 0x57:
      case 0x68:
      case 0x6A:
      case 0x9C:
        return Push(found);
      case 0x58 ... 0x5F:
        if (low_register == kStackPointer) return Set(found, Effect::kUnknown);
        if (low_register == kBasePointer) return Set(found, Effect::kPopsBase);
        return Pop(found);
      case 0x9D:
        return Pop(found);
      case 0x8F:
        return Pop(found);
      case 0x70 ... 0x7F:
      case 0xE0 ... 0xE3:
        return GoTo(found, Effect::kBranches);
      case 0xE9:
      case 0xEB:
        return GoTo(found, Effect::kJumps);
      case 0xC2:
      case 0xC3:
        return Set(found, Effect::kReturns);
      case 0xC9:
        return Set(found, Effect::kLeaves);
      case 0xCC:
      case 0xF4:
        return Set(found, Effect::kEnds);
      case 0xC8:
      case 0xCA:
      case 0xCB:
      case 0xCF:
      case 0x94:
        return Set(found, Effect::kUnknown);
      case 0x81:
      case 0x83:
        if (encoding_.operands.IsRegister(kStackPointer)) return ChangeStack(found, group);
        return;
      case 0x8D:
        if (encoding_.operands.reg == kStackPointer) return LoadStack(found);
        return;
      case 0x8B:
        return MoveTo(found);
      case 0x89:
        if (!encoding_.operands.IsRegister(kStackPointer)) return;
        if (encoding_.operands.reg != kBasePointer) return Set(found, Effect::kUnknown);
        return Set(found, Effect::kStackFromBase);
      case 0x01:
      case 0x09:
      case 0x21:
      case 0x29:
      case 0x31:
      case 0x87:
        if (encoding_.operands.IsRegister(kStackPointer)) return Set(found, Effect::kUnknown);
        return;
      case 0x03:
      case 0x0B:
      case 0x23:
      case 0x2B:
      case 0x33:
      case 0x63:
        if (encoding_.operands.reg == kStackPointer) return Set(found, Effect::kUnknown);
        return;
      case 0xFF:
        if (group == 6) return Push(found);
        if (group == 5) return Set(found, Effect::kUnknown);
        if (group == 4) {
          return Set(found,
                     encoding_.operands.is_relative ? Effect::kJumpsElsewhere : Effect::kUnknown);
        }
        return;
      default:
        return;
    }
  }

  void FindOfTwoBytes(Instruction* found) const {
    if ((encoding_.opcode & 0xF0) == 0x80) return GoTo(found, Effect::kBranches);
    if (encoding_.opcode == 0x0B) return Set(found, Effect::kEnds);
    constexpr uint8_t kEndbr64 = 0xFA;
    if (encoding_.opcode == 0x1E && encoding_.is_repeated && encoding_.last == kEndbr64)
      Set(found, Effect::kEnds);
  }

  static void Set(Instruction* found, Effect effect, int64_t value = 0) {
    found->effect = effect;
    found->value = value;
  }

  // Compilers never push 16 bits.
  void Push(Instruction* found) const {
    Set(found, encoding_.is_16_bits ? Effect::kUnknown : Effect::kMovesStack, -8);
  }
  void Pop(Instruction* found) const {
    Set(found, encoding_.is_16_bits ? Effect::kUnknown : Effect::kMovesStack, 8);
  }

  void GoTo(Instruction* found, Effect effect) const {
    Set(found, effect);
    found->target = after_ + encoding_.value;
  }

  // The group of 81 and 83.
  void ChangeStack(Instruction* found, int group) const {
    constexpr int kAdd = 0;
    constexpr int kSubtract = 5;
    constexpr int kCompare = 7;
    if (group == kAdd) return Set(found, Effect::kMovesStack, encoding_.value);
    if (group == kSubtract) return Set(found, Effect::kMovesStack, -encoding_.value);
    if (group != kCompare) Set(found, Effect::kUnknown);
  }

  void LoadStack(Instruction* found) const {
    const int64_t displacement = encoding_.operands.displacement;
    if (encoding_.operands.IsMemoryAt(kStackPointer)) {
      return Set(found, Effect::kMovesStack, displacement);
    }
    if (encoding_.operands.IsMemoryAt(kBasePointer)) {
      return Set(found, Effect::kStackFromBase, displacement);
    }
    Set(found, Effect::kUnknown);
  }

  void MoveTo(Instruction* found) const {
    if (encoding_.operands.reg == kStackPointer) {
      if (encoding_.operands.IsRegister(kBasePointer)) return Set(found, Effect::kStackFromBase);
      return Set(found, Effect::kUnknown);
    }
    if (encoding_.operands.reg == kBasePointer && (encoding_.rex & 8) != 0 &&
        encoding_.operands.IsMemoryAt(kStackPointer)) {
      Set(found, Effect::kLoadsBase, encoding_.operands.displacement);
    }
  }

  const Encoding& encoding_;
  const uint8_t* const after_;
};

}  // namespace

bool Decode(const uint8_t* at, const uint8_t* end, Instruction* instruction) {
  Encoding encoding;
  if (!ReadEncoding(at, end, &encoding)) return false;
  *instruction = Instruction();
  instruction->length = encoding.length;
  EffectFinder(encoding, at + encoding.length).Run(instruction);
  return true;
}

}  // namespace stageprof_tracker
