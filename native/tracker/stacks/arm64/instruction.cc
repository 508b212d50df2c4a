// The encoding is that of the Arm Architecture Reference Manual for A-profile, chapter C4.
#if defined(__aarch64__)

#include "../instruction.h"

#include <string.h>

namespace stageprof_tracker {

namespace {

using Flow = Instruction::Flow;
using Stack = Instruction::Stack;

constexpr uint32_t kFramePointer = 29;
constexpr uint32_t kLinkRegister = 30;
constexpr uint32_t kStackPointer =
    31;  // in memory operands, and where an instruction adds a constant

class Finder {
 public:
  Finder(uint32_t word, const uint8_t* at, Instruction* found)
      : word_(word), at_(at), found_(*found) {}

  void Run() {
    if (FindJump() || FindEnd() || FindAddition()) return;
    if (FindPair() || FindSingle()) return;
    if (SetsStackOtherwise()) found_.flow = Flow::kUnknown;
  }

 private:
  bool Is(uint32_t mask, uint32_t bits) const { return (word_ & mask) == bits; }
  uint32_t Bits(int low, int count) const { return (word_ >> low) & ((1u << count) - 1); }
  int64_t SignedBits(int low, int count) const {
    const auto sign = int64_t{1} << (count - 1);
    return (static_cast<int64_t>(Bits(low, count)) ^ sign) - sign;
  }
  uint32_t target_register() const { return Bits(0, 5); }
  uint32_t base_register() const { return Bits(5, 5); }

  bool GoTo(Flow flow, int64_t words) {
    found_.flow = flow;
    found_.target = at_ + 4 * words;
    return true;
  }
  bool Set(Flow flow) {
    found_.flow = flow;
    return true;
  }

  bool FindJump() {
    if (Is(0xFC000000, 0x14000000)) return GoTo(Flow::kJumps, SignedBits(0, 26));     // b
    if (Is(0xFF000000, 0x54000000)) return GoTo(Flow::kBranches, SignedBits(5, 19));  // b.cond, bc
    if (Is(0x7E000000, 0x34000000)) return GoTo(Flow::kBranches, SignedBits(5, 19));  // cbz, cbnz
    if (Is(0x7E000000, 0x36000000)) return GoTo(Flow::kBranches, SignedBits(5, 14));  // tbz, tbnz
    if (Is(0xFFFFFBFF, 0xD65F0BFF)) return Set(Flow::kReturns);  // retaa, retab
    if (Is(0xFFFFFC1F, 0xD65F0000)) {                            // ret
      return Set(base_register() == kLinkRegister ? Flow::kReturns : Flow::kUnknown);
    }
    if (Is(0xFFFFFC1F, 0xD61F0000)) {  // br: linkers jump to other modules by x16 or x17
      const bool is_linkers = base_register() == 16 || base_register() == 17;
      return Set(is_linkers ? Flow::kJumpsElsewhere : Flow::kUnknown);
    }
    return Is(0xFEFFF800, 0xD61F0800) && Set(Flow::kUnknown);  // braa, brab
  }

  bool FindEnd() {
    const bool is_trap = Is(0xFFE0001F, 0xD4200000) || Is(0xFFE0001F, 0xD4400000);  // brk, hlt
    const bool is_undefined = Is(0xFFFF0000, 0);                                    // udf
    // paciasp, pacibsp; bti c, bti jc
    const bool is_start = Is(0xFFFFFFBF, 0xD503233F) || Is(0xFFFFFF7F, 0xD503245F);
    return (is_trap || is_undefined || is_start) && Set(Flow::kEnds);
  }

  // add, sub
  bool FindAddition() {
    if (!Is(0xBF800000, 0x91000000) || target_register() != kStackPointer) return false;
    const int64_t size = static_cast<int64_t>(Bits(10, 12)) << (Bits(22, 1) != 0 ? 12 : 0);
    found_.value = Bits(30, 1) != 0 ? -size : size;
    if (base_register() == kStackPointer) {
      found_.stack = Stack::kMoves;
    } else if (base_register() == kFramePointer) {
      found_.stack = Stack::kFromBase;
    } else {
      found_.flow = Flow::kUnknown;
    }
    return true;
  }

  // How an address changes the register that it is made from.
  enum class Index { kNone, kAfter, kBefore };

  // Returns the slot, from the stack pointer as it is afterwards.
  int64_t MoveStack(Index index, int64_t offset) {
    if (index == Index::kNone) return offset;
    found_.stack = Stack::kMoves;
    found_.value = offset;
    return index == Index::kAfter ? -offset : 0;
  }

  void Load(uint32_t number, int64_t slot) {
    if (number == kFramePointer) {
      found_.loads_base = true;
      found_.base_slot = slot;
    } else if (number == kLinkRegister) {
      found_.loads_link = true;
      found_.link_slot = slot;
    }
  }

  // ldp, stp, and those of vector registers
  bool FindPair() {
    if (!Is(0x3A000000, 0x28000000)) return false;
    if (base_register() != kStackPointer) return true;
    const bool is_vector = Bits(26, 1) != 0;
    const bool is_load = Bits(22, 1) != 0;
    const uint32_t size = Bits(30, 2);
    const int shift = is_vector               ? static_cast<int>(2 + size)
                      : size == 2             ? 3
                      : size == 1 && !is_load ? 4
                                              : 2;
    constexpr Index kIndexes[] = {Index::kNone, Index::kAfter, Index::kNone, Index::kBefore};
    const int64_t slot = MoveStack(kIndexes[Bits(23, 2)], SignedBits(15, 7) * (1 << shift));
    if (is_load && !is_vector && size == 2) {
      Load(Bits(0, 5), slot);
      Load(Bits(10, 5), slot + 8);
    }
    return true;
  }

  // ldr, str, ldur, stur, and those of vector registers
  bool FindSingle() {
    if (base_register() != kStackPointer) return false;
    if (Is(0xFFC00000, 0xF9400000)) {
      Load(target_register(), int64_t{8} * Bits(10, 12));
      return true;
    }
    if (!Is(0x3B200000, 0x38000000)) return false;
    const uint32_t kind = Bits(10, 2);
    if (kind == 2) return true;  // without privileges
    const Index index = kind == 1 ? Index::kAfter : kind == 3 ? Index::kBefore : Index::kNone;
    const int64_t slot = MoveStack(index, SignedBits(12, 9));
    if (Is(0xFFC00000, 0xF8400000)) Load(target_register(), slot);
    return true;
  }

  // add and sub of an extended register; and, orr, eor of a constant; addvl, addpl
  bool SetsStackOtherwise() const {
    if (target_register() != kStackPointer) return false;
    return Is(0xBFE00000, 0x8B200000) || Is(0xFF800000, 0x92000000) || Is(0xFF800000, 0xB2000000) ||
           Is(0xFF800000, 0xD2000000) || Is(0xFFA0F800, 0x04205000);
  }

  const uint32_t word_;
  const uint8_t* const at_;
  Instruction& found_;
};

}  // namespace

bool Decode(const uint8_t* at, const uint8_t* end, Instruction* instruction) {
  uint32_t word;
  if (end - at < static_cast<long>(sizeof word)) return false;
  memcpy(&word, at, sizeof word);
  *instruction = Instruction();
  instruction->length = sizeof word;
  Finder(word, at, instruction).Run();
  return true;
}

}  // namespace stageprof_tracker

#endif
