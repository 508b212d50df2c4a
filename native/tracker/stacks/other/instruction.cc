#if !defined(__x86_64__) && !defined(__aarch64__)

#include "../instruction.h"

namespace stageprof_tracker {

bool Decode(const uint8_t*, const uint8_t*, Instruction*) {
  return false;
}

}  // namespace stageprof_tracker

#endif
