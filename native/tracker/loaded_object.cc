#include "loaded_object.h"

#include <link.h>
#include <string.h>
#include <sys/auxv.h>

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

Segments SegmentsOf(const LoadedObject& object) {
  // The kernel tells where the headers of the program are. For it alone the loader's range may begin
  // with a later segment.
  if (object.name == nullptr || *object.name == '\0') {
    const auto* const first = reinterpret_cast<const Elf64_Phdr*>(getauxval(AT_PHDR));
    return {first, first == nullptr ? 0 : static_cast<int>(getauxval(AT_PHNUM))};
  }
  // The linker puts the headers of a library at the start of its first segment.
  const auto* const start = reinterpret_cast<const unsigned char*>(object.start);
  const auto* const header = reinterpret_cast<const Elf64_Ehdr*>(start);
  constexpr uintptr_t kLeastPageBytes = 4096;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_phoff + header->e_phnum * sizeof(Elf64_Phdr) > kLeastPageBytes) {
    return {};
  }
  return {reinterpret_cast<const Elf64_Phdr*>(start + header->e_phoff), header->e_phnum};
}

}  // namespace stageprof_tracker
