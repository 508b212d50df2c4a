#include "code_map.h"

#include <elf.h>
#include <string.h>

#include "../loaded_object.h"

namespace stageprof_tracker {

V8Code v8_code;

// Between the segments of a module there may be holes, which nobody may read. The linker puts the
// headers at the start of the first segment, whose address in the file is that of the start.
bool FindCode(uintptr_t address, CodeRange* range) {
  LoadedObject object;
  if (!FindLoadedObject(address, &object)) return false;
  const auto* const start = reinterpret_cast<const unsigned char*>(object.start);
  const auto* const header = reinterpret_cast<const Elf64_Ehdr*>(start);
  constexpr uintptr_t kPageBytes = 4096;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_phoff + header->e_phnum * sizeof(Elf64_Phdr) > kPageBytes) {
    return false;
  }
  const auto* const segments = reinterpret_cast<const Elf64_Phdr*>(start + header->e_phoff);
  uintptr_t first = UINTPTR_MAX;
  for (int index = 0; index < header->e_phnum; ++index) {
    const Elf64_Phdr& segment = segments[index];
    if (segment.p_type == PT_LOAD && segment.p_vaddr < first) first = segment.p_vaddr;
  }
  const uintptr_t moved = object.start - first / kPageBytes * kPageBytes;
  for (int index = 0; index < header->e_phnum; ++index) {
    const Elf64_Phdr& segment = segments[index];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const uintptr_t begin = moved + segment.p_vaddr;
    *range = {begin, begin + segment.p_memsz, object.unwind_table};
    if (range->Has(address)) return true;
  }
  return false;
}

}  // namespace stageprof_tracker
