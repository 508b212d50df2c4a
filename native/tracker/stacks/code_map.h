#ifndef STAGEPROF_TRACKER_STACKS_CODE_MAP_H_
#define STAGEPROF_TRACKER_STACKS_CODE_MAP_H_

#include <stdint.h>

namespace stageprof_tracker {

// Which code an address belongs to.

struct CodeRange {
  uintptr_t begin = 0;  // of the executable segment
  uintptr_t end = 0;
  const uint8_t* unwind_table = nullptr;

  bool Has(uintptr_t address) const { return address - begin < end - begin; }
};

// The executable segment of a loaded module. False where no module has the address. Takes no lock
// and allocates nothing.
bool FindCode(uintptr_t address, CodeRange* range);
// The same for an address that may be anything: see FindKnownObject.
bool FindKnownCode(uintptr_t address, CodeRange* range);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_CODE_MAP_H_
