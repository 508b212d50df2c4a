#ifndef STAGEPROF_TRACKER_STACKS_OTHER_MACHINE_H_
#define STAGEPROF_TRACKER_STACKS_OTHER_MACHINE_H_

#include <stdint.h>

#include "../frame_rule.h"
#include "../registers.h"

namespace stageprof_tracker {

// A processor of which nothing is known. No stacks are taken there (OpenStacks).
constexpr bool kKnowsMachine = false;

constexpr int kAddressBits = 48;

inline void ReadRegisters(Registers* registers) {
  *registers = {};
}

inline Registers RegistersOf(const void*) {
  return {};
}

inline void CallOn(char*, void (*)(void*), void*) {}

constexpr uint64_t kBaseRegister = 0;
constexpr uint64_t kStackRegister = 1;
constexpr uint64_t kReturnRegister = 2;
constexpr Saved kReturnAtEntry = {Saved::Kind::kOther, 0};
inline bool MeansNothing(uint8_t) {
  return false;
}

constexpr int64_t kReturnBytes = 0;
constexpr bool kPairEndsFrame = true;

inline int64_t PushedByLinkageEntry(uintptr_t) {
  return 0;
}

inline uintptr_t WithoutSignature(uintptr_t return_address) {
  return return_address;
}

constexpr uintptr_t kLongestCall = 0;
inline bool IsAfterCall(const uint8_t*) {
  return false;
}

inline bool IsInterpretersCall(const uint8_t*) {
  return false;
}

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_OTHER_MACHINE_H_
