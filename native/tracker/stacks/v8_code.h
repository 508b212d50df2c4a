#ifndef STAGEPROF_TRACKER_STACKS_V8_CODE_H_
#define STAGEPROF_TRACKER_STACKS_V8_CODE_H_

#include <stdint.h>

#include <atomic>

namespace stageprof_tracker {

// V8's code has no unwind tables, but frame pointers throughout. Its builtins lie in the program's text.
// What an isolate compiles lies in a range: one for the whole process on Node 20, one for each isolate
// later. The range has a copy of the builtins, which compiled code calls, and from Node 22 on all code.

struct CodeBounds {
  uintptr_t begin;
  uintptr_t end;

  bool Has(uintptr_t address) const { return address - begin < end - begin; }
};

class AtomicBounds {
 public:
  void Set(uintptr_t from, uintptr_t bytes) {
    begin_.store(from, std::memory_order_release);
    end_.store(from + bytes, std::memory_order_release);
  }
  bool IsKnown() const { return end_.load(std::memory_order_acquire) != 0; }
  // Before the end is known, no address is below it.
  CodeBounds Read() const {
    const uintptr_t end = end_.load(std::memory_order_acquire);
    return {begin_.load(std::memory_order_relaxed), end};
  }

 private:
  std::atomic<uintptr_t> begin_{0};
  std::atomic<uintptr_t> end_{0};
};
extern AtomicBounds v8_builtins;

// The code of the calling thread's isolate. Zeros without one.
struct ThreadCode {
  void* isolate;
  CodeBounds compiled;
  CodeBounds copied_builtins;
  int searches;  // for the copy
};
extern thread_local ThreadCode thread_code;

inline bool IsBuiltin(uintptr_t address) {
  return thread_code.copied_builtins.Has(address) || v8_builtins.Read().Has(address);
}
inline bool IsV8Code(uintptr_t address) {
  return thread_code.compiled.Has(address) || v8_builtins.Read().Has(address);
}
// The address in the program's text of what the copy has there; others are returned as they are.
inline uintptr_t InProgram(uintptr_t address) {
  const CodeBounds& copy = thread_code.copied_builtins;
  return copy.Has(address) ? address - copy.begin + v8_builtins.Read().begin : address;
}

// Looks for V8's functions. To be called while there is one thread.
void OpenV8Code();
// Asks V8 where the code of the calling thread's isolate is. It reads members of the isolate for the
// answer, so a hook may call this. To be called before each stack: isolates come and go.
void AskForV8Code();

// Whether bytecode runs there, whoever's: all of it does in frames of one builtin.
bool IsInterpreter(uintptr_t pc);
// Finds the copy of the builtins by an address that may be in it.
void FindCopiedBuiltins(uintptr_t pc);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_V8_CODE_H_
