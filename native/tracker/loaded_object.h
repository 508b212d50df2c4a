#ifndef STAGEPROF_TRACKER_LOADED_OBJECT_H_
#define STAGEPROF_TRACKER_LOADED_OBJECT_H_

#include <elf.h>
#include <stdint.h>

namespace stageprof_tracker {

// What the loader knows of one shared object, asked without its lock.
struct LoadedObject {
  const char* name;  // "" or null for the program itself
  uintptr_t base;    // what its addresses in memory are above those in its file
  uintptr_t start;
  uintptr_t end;
  const uint8_t* unwind_table;  // the segment PT_GNU_EH_FRAME; null if there is none
  const void* dynamic;          // the segment PT_DYNAMIC, as it is in memory
};

// Called once, while there is one thread.
void OpenLoadedObjects();
// False on glibc before 2.35, and on musl.
bool CanFindLoadedObjects();
// Takes no lock and allocates nothing, so a hook may call it. False where no object has the address.
bool FindLoadedObject(uintptr_t address, LoadedObject* object);

// The program headers of an object; none where they cannot be found. A hook may call this while the
// object cannot be unloaded.
struct Segments {
  const Elf64_Phdr* first = nullptr;
  int count = 0;

  const Elf64_Phdr* begin() const { return first; }
  const Elf64_Phdr* end() const { return first + count; }
};
Segments SegmentsOf(const LoadedObject& object);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_LOADED_OBJECT_H_
