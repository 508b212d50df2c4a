#include "imports.h"

#include <elf.h>
#include <string.h>

namespace stageprof_tracker {

namespace {

struct DynamicTables {
  const Elf64_Sym* symbols = nullptr;
  const char* names = nullptr;
  const uint32_t* hash = nullptr;
  const uint32_t* gnu_hash = nullptr;
};

// glibc adds the base to the addresses in a table that it can write, and leaves one that it cannot.
uintptr_t AddressOf(uint64_t value, const LoadedObject& object) {
  return value < object.start ? object.base + value : value;
}

DynamicTables FindTables(const LoadedObject& object) {
  DynamicTables tables;
  const auto* entry = static_cast<const Elf64_Dyn*>(object.dynamic);
  for (; entry != nullptr && entry->d_tag != DT_NULL; ++entry) {
    const uintptr_t address = AddressOf(entry->d_un.d_ptr, object);
    switch (entry->d_tag) {
      case DT_SYMTAB:
        tables.symbols = reinterpret_cast<const Elf64_Sym*>(address);
        break;
      case DT_STRTAB:
        tables.names = reinterpret_cast<const char*>(address);
        break;
      case DT_HASH:
        tables.hash = reinterpret_cast<const uint32_t*>(address);
        break;
      case DT_GNU_HASH:
        tables.gnu_hash = reinterpret_cast<const uint32_t*>(address);
        break;
      default:
        break;
    }
  }
  return tables;
}

// How many symbols from the first one on may be imports. A GNU hash table has the exports alone, which
// follow the imports; a System V one counts all symbols in its second word.
size_t CountCandidates(const DynamicTables& tables) {
  if (tables.gnu_hash != nullptr) return tables.gnu_hash[1];
  return tables.hash == nullptr ? 0 : tables.hash[1];
}

}  // namespace

bool MayImport(const LoadedObject& object, const char* const* symbols, size_t count) {
  const DynamicTables tables = FindTables(object);
  const size_t candidates = CountCandidates(tables);
  if (tables.symbols == nullptr || tables.names == nullptr || candidates <= 1) return true;
  for (size_t at = 1; at < candidates; ++at) {
    const Elf64_Sym& symbol = tables.symbols[at];
    if (symbol.st_shndx != SHN_UNDEF) continue;
    for (size_t index = 0; index < count; ++index) {
      if (strcmp(tables.names + symbol.st_name, symbols[index]) == 0) return true;
    }
  }
  return false;
}

}  // namespace stageprof_tracker
