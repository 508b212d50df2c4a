#include "loaded_object.h"

#include <link.h>

#include "bootstrap.h"

namespace stageprof_tracker {

namespace {

// glibc's struct dl_find_object (2.35), which older headers lack.
struct FoundObject {
  unsigned long long flags;
  void* map_start;
  void* map_end;
  link_map* map;
  void* eh_frame;
  unsigned long long reserved[8];
};
int (*find_object)(void*, FoundObject*) = nullptr;

}  // namespace

void OpenLoadedObjects() {
  find_object = reinterpret_cast<decltype(find_object)>(FindSymbol("_dl_find_object"));
}

bool CanFindLoadedObjects() {
  return find_object != nullptr;
}

bool FindLoadedObject(uintptr_t address, LoadedObject* object) {
  FoundObject found;
  if (find_object == nullptr || find_object(reinterpret_cast<void*>(address), &found) != 0) {
    return false;
  }
  *object = {found.map->l_name,
             found.map->l_addr,
             reinterpret_cast<uintptr_t>(found.map_start),
             reinterpret_cast<uintptr_t>(found.map_end),
             static_cast<const uint8_t*>(found.eh_frame),
             found.map->l_ld};
  return true;
}

}  // namespace stageprof_tracker
