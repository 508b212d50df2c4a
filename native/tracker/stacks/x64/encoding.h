#ifndef STAGEPROF_TRACKER_STACKS_X64_ENCODING_H_
#define STAGEPROF_TRACKER_STACKS_X64_ENCODING_H_

#include <stdint.h>

namespace stageprof_tracker {

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

// The parts of one instruction.
struct Encoding {
  enum class Map { kOneByte, kTwoBytes, kOther };

  uint8_t length = 0;
  Map map = Map::kOther;
  uint8_t opcode = 0;
  uint8_t rex = 0;
  uint8_t last = 0;  // of its bytes
  bool is_16_bits = false;
  bool has_short_address = false;
  bool is_repeated = false;
  Operands operands;
  int64_t value = 0;  // the immediate, or the distance that it jumps
};

// Reads at most 15 bytes below `end`. False where they are no instruction, or one that is not known.
bool ReadEncoding(const uint8_t* at, const uint8_t* end, Encoding* encoding);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_X64_ENCODING_H_
