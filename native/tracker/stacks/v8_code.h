#ifndef STAGEPROF_TRACKER_STACKS_V8_CODE_H_
#define STAGEPROF_TRACKER_STACKS_V8_CODE_H_

#include <stdint.h>

#include <atomic>

namespace stageprof_tracker {

// V8's code has no unwind tables, but frame pointers throughout. Its builtins lie in the program's
// text, what it compiles in one range for the whole process. From Node 22 on, the builtins that run are a
// copy in that range.

struct AtomicRange {
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};

  void Set(uintptr_t from, uintptr_t bytes) {
    begin.store(from, std::memory_order_release);
    end.store(from + bytes, std::memory_order_release);
  }
  bool IsKnown() const { return end.load(std::memory_order_acquire) != 0; }
  // Before the end is known, no address is below it.
  bool Has(uintptr_t address) const {
    return address < end.load(std::memory_order_acquire) &&
           address >= begin.load(std::memory_order_relaxed);
  }
};

struct V8Code {
  AtomicRange builtins;
  AtomicRange compiled;
  AtomicRange copied_builtins;

  bool Has(uintptr_t address) const { return builtins.Has(address) || compiled.Has(address); }
  bool IsBuiltin(uintptr_t address) const {
    return builtins.Has(address) || copied_builtins.Has(address);
  }
  // The address in the program's text of what the copy has there; others are returned as they are.
  uintptr_t InProgram(uintptr_t address) const {
    if (!copied_builtins.Has(address)) return address;
    return address - copied_builtins.begin.load(std::memory_order_relaxed) +
           builtins.begin.load(std::memory_order_relaxed);
  }
};
extern V8Code v8_code;

// Looks for V8's functions. To be called while there is one thread.
void OpenV8Code();
// Of the calling thread; null without one.
void* CurrentIsolate();
// Asks V8 until it has told both ranges, if the calling thread has an isolate. V8 reads members of the
// isolate for the answer, so a hook may call this.
void AskForV8Code();

// Whether bytecode runs there, whoever's: all of it does in frames of one builtin.
bool IsInterpreter(uintptr_t pc);
// Finds the copy of the builtins by an address in it for which IsInterpreter holds.
void FindCopiedBuiltins(uintptr_t pc);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_V8_CODE_H_
