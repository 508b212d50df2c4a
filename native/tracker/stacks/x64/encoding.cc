// The encoding is that of the Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2,
// chapter 2 and appendix A.
#include "encoding.h"

#include <string.h>

#include "opcodes.h"

namespace stageprof_tracker {

namespace {

class Reader {
 public:
  Reader(const uint8_t* at, const uint8_t* end, Encoding* read)
      : start_(at), at_(at), read_(*read) {
    constexpr int kMostBytes = 15;
    end_ = end - at < kMostBytes ? end : at + kMostBytes;
  }

  bool Run() {
    ReadPrefixes();
    if (!ReadOpcode() || is_short_) return false;
    if (has_modrm_) ReadOperands();
    ReadImmediate();
    if (is_short_) return false;
    read_.length = static_cast<uint8_t>(at_ - start_);
    read_.last = at_[-1];
    return true;
  }

 private:
  using Map = Encoding::Map;

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
    for (;; read_.rex = 0) {
      read_.opcode = Next();
      if ((read_.opcode & 0xF0) == 0x40) {
        read_.rex = read_.opcode;
        read_.opcode = Next();
        if ((read_.opcode & 0xF0) == 0x40 || IsLegacyPrefix(read_.opcode)) {
          --at_;
          continue;
        }
        return;
      }
      if (!IsLegacyPrefix(read_.opcode) || is_short_) return;
      if (read_.opcode == 0x66) read_.is_16_bits = true;
      if (read_.opcode == 0x67) read_.has_short_address = true;
      if (read_.opcode == 0xF3) read_.is_repeated = true;
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
    switch (read_.opcode) {
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
        read_.map = Map::kOneByte;
        return Take(kOneByte[read_.opcode]);
    }
  }

  bool ReadLegacyMap() {
    read_.opcode = Next();
    if (read_.opcode == 0x38 || read_.opcode == 0x3A) {
      has_modrm_ = true;
      read_.map = Map::kOther;
      if (read_.opcode == 0x3A) immediate_ = 'b';
      read_.opcode = Next();
      return true;
    }
    read_.map = Map::kTwoBytes;
    return Take(kTwoBytes[read_.opcode]);
  }

  // The maps of VEX and EVEX have the numbers 1 for 0F, 2 for 0F38, 3 for 0F3A, 5 and 6 for FP16.
  bool ReadVectorMap(int map) {
    read_.map = Map::kOther;
    read_.opcode = Next();
    if (map < 1 || map > 6 || map == 4) return false;
    has_modrm_ = map != 1 || read_.opcode != 0x77;
    const bool is_shuffle = (read_.opcode >= 0x70 && read_.opcode <= 0x73) ||
                            read_.opcode == 0xC2 || (read_.opcode >= 0xC4 && read_.opcode <= 0xC6);
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
    Operands& operands = read_.operands;
    operands.mod = modrm >> 6;
    operands.reg = ((modrm >> 3) & 7) | ((read_.rex & 4) << 1);
    const int low = modrm & 7;
    const int extension = (read_.rex & 1) << 3;
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
      const int index = ((sib >> 3) & 7) | ((read_.rex & 2) << 2);
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
        read_.value = NextValue<int8_t>();
        return;
      case 'w':
        read_.value = NextValue<int16_t>();
        return;
      case 'e':
        NextValue<int16_t>();
        NextValue<int8_t>();
        return;
      case 'v':
        if ((read_.rex & 8) != 0) {
          read_.value = NextValue<int64_t>();
          return;
        }
        [[fallthrough]];
      case 'z':
        // REX.W is stronger than the prefix.
        read_.value =
            read_.is_16_bits && (read_.rex & 8) == 0 ? NextValue<int16_t>() : NextValue<int32_t>();
        return;
      case 'J':
        read_.value = NextValue<int32_t>();
        return;
      case 'o':
        read_.value = read_.has_short_address ? NextValue<int32_t>() : NextValue<int64_t>();
        return;
      default:
        return;
    }
  }

  const uint8_t* const start_;
  const uint8_t* at_;
  const uint8_t* end_;
  Encoding& read_;
  bool is_short_ = false;  // there are fewer bytes than the instruction has
  bool has_modrm_ = false;
  bool is_test_ = false;
  char immediate_ = 0;  // a letter of the tables, or 0
};

}  // namespace

bool ReadEncoding(const uint8_t* at, const uint8_t* end, Encoding* encoding) {
  return Reader(at, end, encoding).Run();
}

}  // namespace stageprof_tracker
