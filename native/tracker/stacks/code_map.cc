#include "code_map.h"

#include "../loaded_object.h"

namespace stageprof_tracker {

bool FindCode(uintptr_t address, CodeRange* range) {
  LoadedObject object;
  if (!FindLoadedObject(address, &object)) return false;
  // Between the segments of a module there may be holes, which nobody may read.
  for (const Elf64_Phdr& segment : SegmentsOf(object)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const uintptr_t begin = object.base + segment.p_vaddr;
    *range = {begin, begin + segment.p_memsz, object.unwind_table};
    if (range->Has(address)) return true;
  }
  return false;
}

}  // namespace stageprof_tracker
