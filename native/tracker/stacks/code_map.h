#ifndef STAGEPROF_TRACKER_STACKS_CODE_MAP_H_
#define STAGEPROF_TRACKER_STACKS_CODE_MAP_H_

#include <stdint.h>

#include <atomic>

namespace stageprof_tracker {

// Which code an address belongs to.

struct CodeRange {
  uintptr_t begin = 0;  // of the executable segment
  uintptr_t end = 0;
  const uint8_t* unwind_table = nullptr;

  bool Has(uintptr_t address) const { return address - begin < end - begin; }
};

// V8's code has no unwind tables, but frame pointers throughout. Its builtins lie in the program's
// text, what it compiles in one range for each process. Both are written by whoever can ask V8.
struct AtomicRange {
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};

  bool Has(uintptr_t address) const {
    const uintptr_t from = begin.load(std::memory_order_relaxed);
    return address - from < end.load(std::memory_order_relaxed) - from;
  }
};
struct V8Code {
  AtomicRange builtins;
  AtomicRange compiled;

  bool Has(uintptr_t address) const { return builtins.Has(address) || compiled.Has(address); }
};
extern V8Code v8_code;

// The executable segment of a loaded module. False where no module has the address. Takes no lock
// and allocates nothing.
bool FindCode(uintptr_t address, CodeRange* range);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_CODE_MAP_H_
