// The encoding is that of the Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2,
// chapter 2 and appendix A.
#include "instruction.h"

#include <string.h>

namespace stageprof_tracker {

namespace {

// What follows an opcode. One letter for each opcode of a map:
//   .  nothing            M  ModRM
//   b  8 bits             B  ModRM, 8 bits
//   w  16 bits            e  16 bits, 8 bits (enter)
//   z  32 bits, or 16 after the prefix 66
//   Z  ModRM and z        v  z, or 64 bits with REX.W
//   j  8 bits, relative   J  32 bits, relative
//   o  an address: 64 bits, or 32 after the prefix 67
//   t  ModRM, and 8 bits if it is `test`      T  the same with z
//   x  no instruction in 64-bit mode          p  a prefix, or the start of another map
constexpr char kOneByte[] =
    "MMMMbzxx"  // 00
    "MMMMbzxp"
    "MMMMbzxx"  // 10
    "MMMMbzxx"
    "MMMMbzpx"  // 20
    "MMMMbzpx"
    "MMMMbzpx"  // 30
    "MMMMbzpx"
    "pppppppp"  // 40
    "pppppppp"
    "........"  // 50
    "........"
    "xxpMpppp"  // 60
    "zZbB...."
    "jjjjjjjj"  // 70
    "jjjjjjjj"
    "BZxBMMMM"  // 80
    "MMMMMMMM"
    "........"  // 90
    "..x....."
    "oooo...."  // A0
    "bz......"
    "bbbbbbbb"  // B0
    "vvvvvvvv"
    "BBw.ppBZ"  // C0
    "e.w..bx."
    "MMMMxxx."  // D0
    "MMMMMMMM"
    "jjjjbbbb"  // E0
    "JJxj...."
    "p.pp..tT"  // F0
    "......MM";

constexpr char kTwoBytes[] =
    "MMMMx..."  // 00
    "..x.xM.B"
    "MMMMMMMM"  // 10
    "MMMMMMMM"
    "MMMMxxxx"  // 20
    "MMMMMMMM"
    "......x."  // 30
    "pxpxxxxx"
    "MMMMMMMM"  // 40
    "MMMMMMMM"
    "MMMMMMMM"  // 50
    "MMMMMMMM"
    "MMMMMMMM"  // 60
    "MMMMMMMM"
    "BBBBMMM."  // 70
    "MMxxMMMM"
    "JJJJJJJJ"  // 80
    "JJJJJJJJ"
    "MMMMMMMM"  // 90
    "MMMMMMMM"
    "...MBMMM"  // A0
    "...MBMMM"
    "MMMMMMMM"  // B0
    "MMBMMMMM"
    "MMBMBBBM"  // C0
    "........"
    "MMMMMMMM"  // D0
    "MMMMMMMM"
    "MMMMMMMM"  // E0
    "MMMMMMMM"
    "MMMMMMMM"  // F0
    "MMMMMMMM";

static_assert(sizeof kOneByte == 257 && sizeof kTwoBytes == 257, "one letter for each opcode");

constexpr int kStackPointer = 4;
constexpr int kBasePointer = 5;
constexpr int kNoRegister = -1;

// The operands of an instruction with a ModRM byte.
struct Operands {
  int mod = 0;
  int reg = kNoRegister;   // with REX.R
  int rm = kNoRegister;    // the register, if there is no memory
  int base = kNoRegister;  // of the memory
  int index = kNoRegister;
  bool is_relative = false;  // to the next instruction
  int32_t displacement = 0;

  bool IsRegister(int number) const { return mod == 3 && rm == number; }
  bool IsMemoryAt(int number) const { return mod != 3 && base == number && index == kNoRegister; }
};

class Decoder {
 public:
  Decoder(const uint8_t* at, const uint8_t* end) : start_(at), at_(at) {
    constexpr int kMostBytes = 15;
    end_ = end - at < kMostBytes ? end : at + kMostBytes;
  }

  bool Run(Instruction* instruction) {
    ReadPrefixes();
    if (!ReadOpcode() || is_short_) return false;
    if (has_modrm_) ReadOperands();
    ReadImmediate();
    if (is_short_) return false;
    instruction->length = static_cast<uint8_t>(at_ - start_);
    instruction->effect = Effect::kNone;
    if (map_ == Map::kOneByte) FindEffect(instruction);
    if (map_ == Map::kTwoBytes) FindEffectOfTwoBytes(instruction);
    return true;
  }

 private:
  enum class Map { kOneByte, kTwoBytes, kOther };

  uint8_t Next() {
    if (at_ >= end_) {
      is_short_ = true;
      return 0;
    }
    return *at_++;
  }

  template <typename Value>
  int64_t NextValue() {
    Value value = 0;
    if (end_ - at_ < static_cast<long>(sizeof value)) {
      is_short_ = true;
      return 0;
    }
    memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

  // A REX prefix counts only if it is the last one.
  void ReadPrefixes() {
    for (;; rex_ = 0) {
      opcode_ = Next();
      if ((opcode_ & 0xF0) == 0x40) {
        rex_ = opcode_;
        opcode_ = Next();
        if ((opcode_ & 0xF0) == 0x40 || IsLegacyPrefix(opcode_)) {
          --at_;
          continue;
        }
        return;
      }
      if (!IsLegacyPrefix(opcode_) || is_short_) return;
      if (opcode_ == 0x66) is_16_bits_ = true;
      if (opcode_ == 0x67) has_short_address_ = true;
      if (opcode_ == 0xF3) is_repeated_ = true;
    }
  }

  static bool IsLegacyPrefix(uint8_t byte) {
    switch (byte) {
      case 0x26:
      case 0x2E:
      case 0x36:
      case 0x3E:
      case 0x64:
      case 0x65:
      case 0x66:
      case 0x67:
      case 0xF0:
      case 0xF2:
      case 0xF3:
        return true;
      default:
        return false;
    }
  }

  bool ReadOpcode() {
    switch (opcode_) {
      case 0x0F:
        return ReadLegacyMap();
      case 0xC5:
        Next();
        return ReadVectorMap(1);
      case 0xC4: {
        const int map = Next() & 0x1F;
        Next();
        return ReadVectorMap(map);
      }
      case 0x62: {
        const int map = Next() & 7;
        Next();
        Next();
        return ReadVectorMap(map);
      }
      default:
        map_ = Map::kOneByte;
        return Take(kOneByte[opcode_]);
    }
  }

  bool ReadLegacyMap() {
    opcode_ = Next();
    if (opcode_ == 0x38 || opcode_ == 0x3A) {
      has_modrm_ = true;
      map_ = Map::kOther;
      if (opcode_ == 0x3A) immediate_ = 'b';
      opcode_ = Next();
      return true;
    }
    map_ = Map::kTwoBytes;
    return Take(kTwoBytes[opcode_]);
  }

  // The maps of VEX and EVEX have the numbers 1 for 0F, 2 for 0F38, 3 for 0F3A, 5 and 6 for FP16.
  bool ReadVectorMap(int map) {
    map_ = Map::kOther;
    opcode_ = Next();
    if (map < 1 || map > 6 || map == 4) return false;
    has_modrm_ = map != 1 || opcode_ != 0x77;
    const bool is_shuffle = (opcode_ >= 0x70 && opcode_ <= 0x73) || opcode_ == 0xC2 ||
                            (opcode_ >= 0xC4 && opcode_ <= 0xC6);
    if (map == 3 || (map == 1 && is_shuffle)) immediate_ = 'b';
    return true;
  }

  bool Take(char follows) {
    switch (follows) {
      case 'x':
      case 'p':
        return false;
      case '.':
        return true;
      case 'M':
        has_modrm_ = true;
        return true;
      case 'B':
      case 't':
        has_modrm_ = true;
        immediate_ = 'b';
        is_test_ = follows == 't';
        return true;
      case 'Z':
      case 'T':
        has_modrm_ = true;
        immediate_ = 'z';
        is_test_ = follows == 'T';
        return true;
      default:
        immediate_ = follows;
        return true;
    }
  }

  void ReadOperands() {
    const uint8_t modrm = Next();
    Operands& operands = operands_;
    operands.mod = modrm >> 6;
    operands.reg = ((modrm >> 3) & 7) | ((rex_ & 4) << 1);
    const int low = modrm & 7;
    const int extension = (rex_ & 1) << 3;
    // `test` has a value, the rest of its group has none.
    if (is_test_ && (operands.reg & 6) != 0) immediate_ = 0;
    if (operands.mod == 3) {
      operands.rm = low | extension;
      return;
    }
    operands.base = low | extension;
    bool has_no_base = operands.mod == 0 && low == kBasePointer;
    operands.is_relative = has_no_base;
    if (low == kStackPointer) {
      const uint8_t sib = Next();
      operands.base = (sib & 7) | extension;
      const int index = ((sib >> 3) & 7) | ((rex_ & 2) << 2);
      if (index != kStackPointer) operands.index = index;
      has_no_base = operands.mod == 0 && (sib & 7) == kBasePointer;
    }
    if (has_no_base) operands.base = kNoRegister;
    if (operands.mod == 1) operands.displacement = static_cast<int32_t>(NextValue<int8_t>());
    if (operands.mod == 2 || has_no_base) {
      operands.displacement = static_cast<int32_t>(NextValue<int32_t>());
    }
  }

  void ReadImmediate() {
    switch (immediate_) {
      case 'b':
      case 'j':
        value_ = NextValue<int8_t>();
        return;
      case 'w':
        value_ = NextValue<int16_t>();
        return;
      case 'e':
        NextValue<int16_t>();
        NextValue<int8_t>();
        return;
      case 'v':
        if ((rex_ & 8) != 0) {
          value_ = NextValue<int64_t>();
          return;
        }
        [[fallthrough]];
      case 'z':
        // REX.W is stronger than the prefix.
        value_ = is_16_bits_ && (rex_ & 8) == 0 ? NextValue<int16_t>() : NextValue<int32_t>();
        return;
      case 'J':
        value_ = NextValue<int32_t>();
        return;
      case 'o':
        value_ = has_short_address_ ? NextValue<int32_t>() : NextValue<int64_t>();
        return;
      default:
        return;
    }
  }

  void FindEffect(Instruction* found) const {
    const int group = operands_.reg & 7;
    const int low_register = (opcode_ & 7) | ((rex_ & 1) << 3);
    switch (opcode_) {
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
        if (operands_.IsRegister(kStackPointer)) return ChangeStack(found, group);
        return;
      case 0x8D:
        if (operands_.reg == kStackPointer) return LoadStack(found);
        return;
      case 0x8B:
        return MoveTo(found);
      case 0x89:
        if (!operands_.IsRegister(kStackPointer)) return;
        if (operands_.reg != kBasePointer) return Set(found, Effect::kUnknown);
        return Set(found, Effect::kStackFromBase);
      case 0x01:
      case 0x09:
      case 0x21:
      case 0x29:
      case 0x31:
      case 0x87:
        if (operands_.IsRegister(kStackPointer)) return Set(found, Effect::kUnknown);
        return;
      case 0x03:
      case 0x0B:
      case 0x23:
      case 0x2B:
      case 0x33:
      case 0x63:
        if (operands_.reg == kStackPointer) return Set(found, Effect::kUnknown);
        return;
      case 0xFF:
        if (group == 6) return Push(found);
        if (group == 5) return Set(found, Effect::kUnknown);
        if (group == 4) {
          return Set(found, operands_.is_relative ? Effect::kJumpsElsewhere : Effect::kUnknown);
        }
        return;
      default:
        return;
    }
  }

  void FindEffectOfTwoBytes(Instruction* found) const {
    if ((opcode_ & 0xF0) == 0x80) return GoTo(found, Effect::kBranches);
    if (opcode_ == 0x0B) return Set(found, Effect::kEnds);
    constexpr uint8_t kEndbr64 = 0xFA;
    if (opcode_ == 0x1E && is_repeated_ && at_[-1] == kEndbr64) Set(found, Effect::kEnds);
  }

  static void Set(Instruction* found, Effect effect, int64_t value = 0) {
    found->effect = effect;
    found->value = value;
  }

  // Compilers never push 16 bits.
  void Push(Instruction* found) const {
    Set(found, is_16_bits_ ? Effect::kUnknown : Effect::kMovesStack, -8);
  }
  void Pop(Instruction* found) const {
    Set(found, is_16_bits_ ? Effect::kUnknown : Effect::kMovesStack, 8);
  }

  void GoTo(Instruction* found, Effect effect) const {
    Set(found, effect);
    found->target = at_ + value_;
  }

  // The group of 81 and 83.
  void ChangeStack(Instruction* found, int group) const {
    constexpr int kAdd = 0;
    constexpr int kSubtract = 5;
    constexpr int kCompare = 7;
    if (group == kAdd) return Set(found, Effect::kMovesStack, value_);
    if (group == kSubtract) return Set(found, Effect::kMovesStack, -value_);
    if (group != kCompare) Set(found, Effect::kUnknown);
  }

  void LoadStack(Instruction* found) const {
    const int64_t displacement = operands_.displacement;
    if (operands_.IsMemoryAt(kStackPointer)) {
      return Set(found, Effect::kMovesStack, displacement);
    }
    if (operands_.IsMemoryAt(kBasePointer)) {
      return Set(found, Effect::kStackFromBase, displacement);
    }
    Set(found, Effect::kUnknown);
  }

  void MoveTo(Instruction* found) const {
    if (operands_.reg == kStackPointer) {
      if (operands_.IsRegister(kBasePointer)) return Set(found, Effect::kStackFromBase);
      return Set(found, Effect::kUnknown);
    }
    if (operands_.reg == kBasePointer && (rex_ & 8) != 0 && operands_.IsMemoryAt(kStackPointer)) {
      Set(found, Effect::kLoadsBase, operands_.displacement);
    }
  }

  const uint8_t* const start_;
  const uint8_t* at_;
  const uint8_t* end_;
  bool is_short_ = false;  // there are fewer bytes than the instruction has
  uint8_t rex_ = 0;
  uint8_t opcode_ = 0;
  Map map_ = Map::kOther;
  bool is_16_bits_ = false;
  bool has_short_address_ = false;
  bool is_repeated_ = false;
  bool has_modrm_ = false;
  bool is_test_ = false;
  char immediate_ = 0;  // a letter of the tables, or 0
  int64_t value_ = 0;
  Operands operands_;
};

}  // namespace

bool Decode(const uint8_t* at, const uint8_t* end, Instruction* instruction) {
  return Decoder(at, end).Run(instruction);
}

}  // namespace stageprof_tracker
