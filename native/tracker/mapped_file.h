#ifndef STAGEPROF_TRACKER_MAPPED_FILE_H_
#define STAGEPROF_TRACKER_MAPPED_FILE_H_

#include <stdint.h>

#include "module_table.h"

namespace stageprof_tracker {

// A file that is mapped into the process, and the range its parts span.
struct MappedFile {
  char name[kModuleNameBytes];  // of a longer path, its end
  uintptr_t start;
  uintptr_t end;
};

// The file that `address` is mapped from, by /proc/self/maps: what a hook may do where the loader
// has no answer without its lock. System calls only, no memory but the stack, errno as it was; 50
// to 200 us. False where it is from none.
bool FindMappedFile(uintptr_t address, MappedFile* file);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_MAPPED_FILE_H_
