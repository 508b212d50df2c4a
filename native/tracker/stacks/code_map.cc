#include "code_map.h"

#include "../loaded_object.h"

namespace stageprof_tracker {

namespace {

// Between the segments of a module there may be holes, which nobody may read.
bool FindSegment(const LoadedObject& object, uintptr_t address, CodeRange* range) {
  for (const Elf64_Phdr& segment : SegmentsOf(object)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const uintptr_t begin = object.base + segment.p_vaddr;
    *range = {begin, begin + segment.p_memsz, object.unwind_table};
    if (range->Has(address)) return true;
  }
  return false;
}

}  // namespace

bool FindCode(uintptr_t address, CodeRange* range) {
  LoadedObject object;
  return FindLoadedObject(address, &object) && FindSegment(object, address, range);
}

bool FindKnownCode(uintptr_t address, CodeRange* range) {
  LoadedObject object;
  return FindKnownObject(address, &object) && FindSegment(object, address, range);
}

}  // namespace stageprof_tracker
