#ifndef STAGEPROF_TRACKER_LOADED_OBJECT_H_
#define STAGEPROF_TRACKER_LOADED_OBJECT_H_

#include <elf.h>
#include <stdint.h>

namespace stageprof_tracker {

// What is known of one shared object, without the loader's lock. glibc answers for an address from 2.35
// on. For an older one and for musl the ranges of the known modules (module_table.h) serve, and the
// headers of the object as they are in memory. No hook of dlopen keeps these ranges: in a hook of its
// own dlopen would search where the tracker's modules are searched for, and not where the program's are.
// So a module is looked up in the kernel's list of mappings when its code is met first.
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
// Whether the loader answers for an address without its lock.
bool LoaderAnswers();

// Take no lock and allocate nothing, so a hook may call them. False where no object has the address.
// The second is for addresses that may be anything: an object that was unloaded behind the tracker's
// back is not read, and one that is not known yet is not looked for.
bool FindLoadedObject(uintptr_t address, LoadedObject* object);
bool FindKnownObject(uintptr_t address, LoadedObject* object);

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
