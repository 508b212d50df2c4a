#include "stack_modules.h"

#include <elf.h>
#include <string.h>

#include <atomic>

#include "../modules.h"
#include "stack_tables.h"

namespace stageprof_tracker {

namespace {

constexpr uint32_t kMostBuildIdBytes = 64;

struct Bytes {
  const uint8_t* first = nullptr;
  uint32_t count = 0;
};

// The build id in a segment of notes, as the linker wrote it (elf(5), "Notes").
Bytes BuildIdIn(const uint8_t* at, const uint8_t* end) {
  const auto padded = [](uint64_t bytes) { return (bytes + 3) & ~UINT64_C(3); };
  while (static_cast<uint64_t>(end - at) >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr note;
    memcpy(&note, at, sizeof note);
    at += sizeof note;
    const uint64_t name = padded(note.n_namesz);
    const uint64_t value = padded(note.n_descsz);
    if (name + value > static_cast<uint64_t>(end - at)) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(at, "GNU", 4) == 0 &&
        note.n_descsz <= kMostBuildIdBytes) {
      return {at + name, note.n_descsz};
    }
    at += name + value;
  }
  return {};
}

Bytes BuildIdOf(const LoadedObject& object) {
  for (const Elf64_Phdr& segment : SegmentsOf(object)) {
    if (segment.p_type != PT_NOTE) continue;
    const auto* const begin = reinterpret_cast<const uint8_t*>(object.base + segment.p_vaddr);
    const Bytes id = BuildIdIn(begin, begin + segment.p_memsz);
    if (id.count != 0) return id;
  }
  return {};
}

}  // namespace

void NoteStackModule(uint32_t module, const LoadedObject& object) {
  static std::atomic<bool> is_noted[kMostNotedModules];
  if (module >= kMostNotedModules || is_noted[module].load(std::memory_order_relaxed) ||
      is_noted[module].exchange(true, std::memory_order_relaxed)) {
    return;
  }
  const TablesUse tables;
  if (!tables) return;
  ModuleRow& row = tables->modules[module];
  const Bytes id = BuildIdOf(object);
  AddText(tables.operator->(), reinterpret_cast<const char*>(id.first), id.count, &row.build_id);
  const char* const path = PathOfObject(object.name);
  AddText(tables.operator->(), path, static_cast<uint32_t>(strlen(path)), &row.path);
}

}  // namespace stageprof_tracker
