#include "code_map.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

#include "../loaded_object.h"

namespace stageprof_tracker {

namespace {

// Between the segments of a module there may be holes, which nobody may read.
bool FindSegment(const Elf64_Phdr* segments, int count, const LoadedObject& object,
                 uintptr_t address, CodeRange* range) {
  for (int index = 0; index < count; ++index) {
    const Elf64_Phdr& segment = segments[index];
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
  if (!FindLoadedObject(address, &object)) return false;
  // The kernel tells where the headers of the program are. For it alone the loader's range may begin
  // with a later segment.
  if (object.name == nullptr || *object.name == '\0') {
    const auto* const segments = reinterpret_cast<const Elf64_Phdr*>(getauxval(AT_PHDR));
    const auto count = static_cast<int>(getauxval(AT_PHNUM));
    return segments != nullptr && FindSegment(segments, count, object, address, range);
  }
  // The linker puts the headers of a library at the start of its first segment.
  const auto* const start = reinterpret_cast<const unsigned char*>(object.start);
  const auto* const header = reinterpret_cast<const Elf64_Ehdr*>(start);
  constexpr uintptr_t kLeastPageBytes = 4096;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_phoff + header->e_phnum * sizeof(Elf64_Phdr) > kLeastPageBytes) {
    return false;
  }
  const auto* const segments = reinterpret_cast<const Elf64_Phdr*>(start + header->e_phoff);
  return FindSegment(segments, header->e_phnum, object, address, range);
}

}  // namespace stageprof_tracker
