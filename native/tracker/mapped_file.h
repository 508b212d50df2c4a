#ifndef STAGEPROF_TRACKER_MAPPED_FILE_H_
#define STAGEPROF_TRACKER_MAPPED_FILE_H_

#include <stdint.h>

#include "module_table.h"

namespace stageprof_tracker {

// A file that is mapped into the process, and the range that its parts span.
struct MappedFile {
  char name[kModuleNameBytes];  // the end of a longer path
  uintptr_t start;
  uintptr_t end;
};

// Finds the file that `address` is mapped from, in /proc/self/maps. A hook may call this where the
// loader has no answer without its lock. It uses system calls only, no memory but the stack, and
// leaves errno as it was; 50 to 200 us. False where the address belongs to no file.
bool FindMappedFile(uintptr_t address, MappedFile* file);

// The path that /proc/self/maps has for a file. False where there is no such file. Uses system calls
// only.
bool FindKernelPath(const char* path, char (&found)[kModuleNameBytes]);

// Whether the page of an address is there, whatever may be done with it.
bool IsMapped(uintptr_t address);

struct MappedRange {
  uintptr_t start;
  uintptr_t end;
  bool is_writable;
  bool is_main_stack;  // which grows
};

// The same for the one mapping that has `address`, whatever it is mapped from.
bool FindMappedRange(uintptr_t address, MappedRange* range);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_MAPPED_FILE_H_
