#include "imports.h"

#include <elf.h>
#include <string.h>

#include <initializer_list>

namespace stageprof_tracker {

namespace {

struct Relocations {
  const Elf64_Rela* first = nullptr;
  size_t bytes = 0;
};

struct DynamicTables {
  const Elf64_Sym* symbols = nullptr;
  const char* names = nullptr;
  const uint32_t* hash = nullptr;
  const uint32_t* gnu_hash = nullptr;
  Relocations data;
  Relocations calls;
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
      case DT_RELA:
        tables.data.first = reinterpret_cast<const Elf64_Rela*>(address);
        break;
      case DT_RELASZ:
        tables.data.bytes = entry->d_un.d_val;
        break;
      case DT_JMPREL:
        tables.calls.first = reinterpret_cast<const Elf64_Rela*>(address);
        break;
      case DT_PLTRELSZ:
        tables.calls.bytes = entry->d_un.d_val;
        break;
      default:
        break;
    }
  }
  return tables;
}

// A GNU hash table of an object without exports, which says of the imports that there are none.
bool IsEmpty(const uint32_t* gnu_hash) {
  const uint32_t* const buckets = gnu_hash + 4 + 2 * gnu_hash[2];
  return gnu_hash[0] == 1 && buckets[0] == 0;
}

// How many symbols from the first one on may be imports, of which symbol 0 is none; 0 where no table tells. A GNU
// hash table has the exports alone, which follow the imports; a System V one counts all symbols in its second word.
size_t CountCandidates(const DynamicTables& tables) {
  if (tables.gnu_hash != nullptr && !IsEmpty(tables.gnu_hash)) return tables.gnu_hash[1];
  return tables.hash == nullptr ? 0 : tables.hash[1];
}

// Whether the loader writes the address of the symbol itself there.
bool IsAddress(const Elf64_Rela& relocation) {
  switch (ELF64_R_TYPE(relocation.r_info)) {
#if defined(__x86_64__)
    case R_X86_64_JUMP_SLOT:
    case R_X86_64_GLOB_DAT:
      return true;
    case R_X86_64_64:
      return relocation.r_addend == 0;
#elif defined(__aarch64__)
    case R_AARCH64_JUMP_SLOT:
    case R_AARCH64_GLOB_DAT:
    case R_AARCH64_ABS64:
      return relocation.r_addend == 0;
#endif
    default:
      return false;
  }
}

}  // namespace

void VisitImports(const LoadedObject& object,
                  void (*visit)(const char* symbol, void** slot, void* context), void* context,
                  Bindings bindings) {
  const DynamicTables tables = FindTables(object);
  if (tables.symbols == nullptr || tables.names == nullptr) return;
  for (const Relocations& relocations : {tables.data, tables.calls}) {
    if (relocations.first == nullptr) continue;
    const Elf64_Rela* const end = relocations.first + relocations.bytes / sizeof(Elf64_Rela);
    for (const Elf64_Rela* at = relocations.first; at != end; ++at) {
      if (!IsAddress(*at)) continue;
      const Elf64_Sym& symbol = tables.symbols[ELF64_R_SYM(at->r_info)];
      if (symbol.st_shndx != SHN_UNDEF && bindings == Bindings::kImports) continue;
      visit(tables.names + symbol.st_name, reinterpret_cast<void**>(object.base + at->r_offset),
            context);
    }
  }
}

bool MayImport(const LoadedObject& object, const char* const* symbols, size_t count) {
  const DynamicTables tables = FindTables(object);
  const size_t candidates = CountCandidates(tables);
  if (tables.symbols == nullptr || tables.names == nullptr || candidates == 0) return true;
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
