#if defined(__x86_64__)

#include "../instruction.h"

#include "../frame_rule.h"
#include "encoding.h"

namespace stageprof_tracker {

namespace {

// What an instruction does, told from its parts.
class Finder {
 public:
  Finder(const Encoding& encoding, const uint8_t* after) : encoding_(encoding), after_(after) {}

  void Run(Instruction* found) const {
    if (encoding_.map == Encoding::Map::kOneByte) FindOfOneByte(found);
    if (encoding_.map == Encoding::Map::kTwoBytes) FindOfTwoBytes(found);
  }

 private:
  using Flow = Instruction::Flow;
  using Stack = Instruction::Stack;

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
        if (low_register == kStackPointer) return Set(found, Flow::kUnknown);
        if (low_register == kBasePointer) return PopBase(found);
        return Pop(found);
      case 0x9D:
        return Pop(found);
      case 0x8F:
        return Pop(found);
      case 0x70 ... 0x7F:
      case 0xE0 ... 0xE3:
        return GoTo(found, Flow::kBranches);
      case 0xE9:
      case 0xEB:
        return GoTo(found, Flow::kJumps);
      case 0xC2:
      case 0xC3:
        return Set(found, Flow::kReturns);
      case 0xC9:
        return Leave(found);
      case 0xCC:
      case 0xF4:
        return Set(found, Flow::kEnds);
      case 0xC8:
      case 0xCA:
      case 0xCB:
      case 0xCF:
      case 0x94:
        return Set(found, Flow::kUnknown);
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
        if (encoding_.operands.reg != kBasePointer) return Set(found, Flow::kUnknown);
        return Set(found, Stack::kFromBase, 0);
      case 0x01:
      case 0x09:
      case 0x21:
      case 0x29:
      case 0x31:
      case 0x87:
        if (encoding_.operands.IsRegister(kStackPointer)) return Set(found, Flow::kUnknown);
        return;
      case 0x03:
      case 0x0B:
      case 0x23:
      case 0x2B:
      case 0x33:
      case 0x63:
        if (encoding_.operands.reg == kStackPointer) return Set(found, Flow::kUnknown);
        return;
      case 0xFF:
        if (group == 6) return Push(found);
        if (group == 5) return Set(found, Flow::kUnknown);
        if (group == 4) {
          return Set(found,
                     encoding_.operands.is_relative ? Flow::kJumpsElsewhere : Flow::kUnknown);
        }
        return;
      default:
        return;
    }
  }

  void FindOfTwoBytes(Instruction* found) const {
    if ((encoding_.opcode & 0xF0) == 0x80) return GoTo(found, Flow::kBranches);
    if (encoding_.opcode == 0x0B) return Set(found, Flow::kEnds);
    constexpr uint8_t kEndbr64 = 0xFA;
    if (encoding_.opcode == 0x1E && encoding_.is_repeated && encoding_.last == kEndbr64)
      Set(found, Flow::kEnds);
  }

  static void Set(Instruction* found, Flow flow) { found->flow = flow; }
  static void Set(Instruction* found, Stack stack, int64_t value) {
    found->stack = stack;
    found->value = value;
  }

  // Compilers never push 16 bits.
  void Move(Instruction* found, int64_t value) const {
    if (encoding_.is_16_bits) return Set(found, Flow::kUnknown);
    Set(found, Stack::kMoves, value);
  }
  void Push(Instruction* found) const { Move(found, -kWordBytes); }
  void Pop(Instruction* found) const { Move(found, kWordBytes); }

  void PopBase(Instruction* found) const {
    Pop(found);
    found->loads_base = true;
    found->base_slot = -kWordBytes;
  }
  static void Leave(Instruction* found) {
    Set(found, Stack::kFromBase, kWordBytes);
    found->loads_base = true;
    found->base_slot = -kWordBytes;
  }

  void GoTo(Instruction* found, Flow flow) const {
    Set(found, flow);
    found->target = after_ + encoding_.value;
  }

  // The group of 81 and 83.
  void ChangeStack(Instruction* found, int group) const {
    constexpr int kAdd = 0;
    constexpr int kSubtract = 5;
    constexpr int kCompare = 7;
    if (group == kAdd) return Set(found, Stack::kMoves, encoding_.value);
    if (group == kSubtract) return Set(found, Stack::kMoves, -encoding_.value);
    if (group != kCompare) Set(found, Flow::kUnknown);
  }

  void LoadStack(Instruction* found) const {
    const int64_t displacement = encoding_.operands.displacement;
    if (encoding_.operands.IsMemoryAt(kStackPointer)) {
      return Set(found, Stack::kMoves, displacement);
    }
    if (encoding_.operands.IsMemoryAt(kBasePointer)) {
      return Set(found, Stack::kFromBase, displacement);
    }
    Set(found, Flow::kUnknown);
  }

  void MoveTo(Instruction* found) const {
    if (encoding_.operands.reg == kStackPointer) {
      if (encoding_.operands.IsRegister(kBasePointer)) return Set(found, Stack::kFromBase, 0);
      return Set(found, Flow::kUnknown);
    }
    if (encoding_.operands.reg == kBasePointer && (encoding_.rex & 8) != 0 &&
        encoding_.operands.IsMemoryAt(kStackPointer)) {
      found->loads_base = true;
      found->base_slot = encoding_.operands.displacement;
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
  Finder(encoding, at + encoding.length).Run(instruction);
  Finder(encoding, at + encoding.length).Run(instruction);
  return true;
}

}  // namespace stageprof_tracker

#endif
