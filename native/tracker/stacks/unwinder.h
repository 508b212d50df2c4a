#ifndef STAGEPROF_TRACKER_STACKS_UNWINDER_H_
#define STAGEPROF_TRACKER_STACKS_UNWINDER_H_

#include <stddef.h>
#include <stdint.h>

#include "registers.h"

namespace stageprof_tracker {

struct Frame {
  // The first is where the registers were read, each of the others where a call returns to.
  uintptr_t pc;
  // In V8's code: where the function lies on the stack, as V8 hands out its values. Null elsewhere, and
  // where the way here is not exact.
  const uintptr_t* function;
  // All steps to it, and the value of the frame pointer, are those of tables and of V8's frame pointers.
  bool is_exact;
  // It stands on the stack, and nothing more is known to say that it was called.
  bool is_guess;
};

struct Stack {
  static constexpr size_t kMostFrames = 192;

  enum class End : uint8_t {
    kOutermost,  // the function where the thread began
    kLost,
    kFull,
  };

  Frame frames[kMostFrames];
  size_t count;
  End end;
};

// Walks the calling thread's stack, from `registers` outwards. Reads only what lies between the
// stack pointer and `top`, and in the first frame the 128 bytes below it. Neither allocates nor locks; needs 4 KiB of stack.
//
//   unwind tables, where the module has them;
//   frame pointers in V8's code;
//   elsewhere the code itself (code_reader.h), if what it leads to is the address after a call;
//   else the next word on the stack that is such an address, if there is one in 4 KiB: a guess
void Unwind(const Registers& registers, uintptr_t top, Stack* stack);

// To be called after a module was unloaded.
void ForgetRules();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_UNWINDER_H_
