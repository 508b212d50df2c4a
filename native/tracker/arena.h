#ifndef STAGEPROF_TRACKER_ARENA_H_
#define STAGEPROF_TRACKER_ARENA_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof_tracker {

// Serves malloc while dlsym, which may itself allocate, looks for the real one: some hundred bytes
// in all. Memory is never reused. A block may be freed or grown long afterwards, and the real
// functions would not know it; Holds tells such blocks.
class Arena {
 public:
  // Null when it does not fit. The block is zeroed, and aligned for any type.
  static void* Allocate(size_t bytes);
  static size_t UsableBytes(const void* block);
  static bool Holds(const void* block) {
    return reinterpret_cast<uintptr_t>(block) - reinterpret_cast<uintptr_t>(memory_) < kBytes;
  }

 private:
  static constexpr size_t kBytes = 16 * 1024;
  alignas(16) static unsigned char memory_[kBytes];
};

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_ARENA_H_
