#include "loaded_object.h"

#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "bootstrap.h"
#include "mapped_file.h"
#include "modules.h"

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

bool AskLoader(uintptr_t address, LoadedObject* object) {
  FoundObject found;
  if (find_object(reinterpret_cast<void*>(address), &found) != 0) return false;
  *object = {found.map->l_name,
             found.map->l_addr,
             reinterpret_cast<uintptr_t>(found.map_start),
             reinterpret_cast<uintptr_t>(found.map_end),
             static_cast<const uint8_t*>(found.eh_frame),
             found.map->l_ld};
  return true;
}

// What the headers of an object tell, once its range is known.
bool ReadHeaders(LoadedObject* object) {
  const uintptr_t program = getauxval(AT_PHDR);
  const bool is_program = program >= object->start && program < object->end;
  if (is_program) object->name = "";
  const Segments segments = SegmentsOf(*object);
  // The first segment has the headers of the file at its start; those of the program tell their place.
  uintptr_t base = 0;
  bool is_known = false;
  for (const Elf64_Phdr& segment : segments) {
    if (is_program && segment.p_type == PT_PHDR) {
      base = program - segment.p_vaddr;
      is_known = true;
    } else if (!is_known && !is_program && segment.p_type == PT_LOAD) {
      base = object->start - (segment.p_vaddr - segment.p_offset);
      is_known = true;
    }
  }
  // A program that is not moved has no such header.
  if (!is_known && !is_program) return false;
  object->base = base;
  for (const Elf64_Phdr& segment : segments) {
    const uintptr_t address = base + segment.p_vaddr;
    if (segment.p_type == PT_GNU_EH_FRAME) {
      object->unwind_table = reinterpret_cast<const uint8_t*>(address);
    }
    if (segment.p_type == PT_DYNAMIC) object->dynamic = reinterpret_cast<const void*>(address);
  }
  return true;
}

bool DescribeModule(uint32_t module, LoadedObject* object) {
  // The number may come out of the page cache, by a relaxed load.
  std::atomic_thread_fence(std::memory_order_acquire);
  const Module& row = module_table[module];
  const uintptr_t start = row.start.load(std::memory_order_acquire);
  const uintptr_t end = row.end.load(std::memory_order_acquire);
  // Another thread may be giving the module another place: see SetRange.
  if (start >= end || row.start.load(std::memory_order_relaxed) != start) return false;
  *object = {module_names[module], 0, start, end, nullptr, nullptr};
  return ReadHeaders(object);
}

}  // namespace

void OpenLoadedObjects() {
  find_object = reinterpret_cast<decltype(find_object)>(FindSymbol("_dl_find_object"));
}

bool LoaderAnswers() {
  return find_object != nullptr;
}

bool FindLoadedObject(uintptr_t address, LoadedObject* object) {
  if (LoaderAnswers()) return AskLoader(address, object);
  const uint32_t module = ModuleOf(reinterpret_cast<const void*>(address));
  return module != kUnknownModule && DescribeModule(module, object) && address >= object->start &&
         address < object->end;
}

// libc unloads some modules of its own, such as those of iconv, by functions that no hook sees.
bool FindKnownObject(uintptr_t address, LoadedObject* object) {
  if (LoaderAnswers()) return AskLoader(address, object);
  const uint32_t module = FindModule(address);
  return module != kUnknownModule && IsMapped(address) &&
         IsMapped(module_table[module].start.load(std::memory_order_relaxed)) &&
         DescribeModule(module, object);
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
