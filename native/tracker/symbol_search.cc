#include "symbol_search.h"

#include <link.h>
#include <stdint.h>
#include <string.h>

#include "../support/oldest_dlsym.h"

extern "C" __attribute__((weak)) decltype(dlsym) dlsym;

namespace stageprof_tracker {

namespace {

// The dynamic symbols of one object.
class SymbolTable {
 public:
  explicit SymbolTable(const dl_phdr_info& info) : base_(info.dlpi_addr) {
    for (int index = 0; index < info.dlpi_phnum; ++index) {
      if (info.dlpi_phdr[index].p_type != PT_DYNAMIC) continue;
      Read(reinterpret_cast<const ElfW(Dyn)*>(base_ + info.dlpi_phdr[index].p_vaddr));
    }
  }

  void* Find(const char* name) const {
    if (symbols_ == nullptr || names_ == nullptr || hash_ == nullptr) return nullptr;
    // DT_GNU_HASH: numbers of buckets, of the first symbol, of words and of shifts of a filter; the
    // filter, the buckets, and the hashes of the symbols, whose lowest bit ends a bucket.
    const uint32_t buckets = hash_[0];
    const uint32_t first = hash_[1];
    const uint32_t* const bucket = hash_ + 4 + hash_[2] * (sizeof(uintptr_t) / sizeof *hash_);
    const uint32_t* const hashes = bucket + buckets;
    const uint32_t hash = HashOf(name);
    uint32_t index = buckets == 0 ? 0 : bucket[hash % buckets];
    if (index < first) return nullptr;
    for (;; ++index) {
      const uint32_t other = hashes[index - first];
      if ((other | 1) == (hash | 1) && Is(index, name)) {
        return reinterpret_cast<void*>(base_ + symbols_[index].st_value);
      }
      if ((other & 1) != 0) return nullptr;
    }
  }

 private:
  static uint32_t HashOf(const char* name) {
    uint32_t hash = 5381;
    for (; *name != '\0'; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
    return hash;
  }

  // glibc adds the base to the addresses in a table that it can write, and leaves one that it cannot.
  template <typename Pointer>
  void Take(Pointer* pointer, uintptr_t value) const {
    *pointer = reinterpret_cast<Pointer>(value < base_ ? base_ + value : value);
  }

  void Read(const ElfW(Dyn) * entry) {
    for (; entry->d_tag != DT_NULL; ++entry) {
      const uintptr_t value = entry->d_un.d_ptr;
      if (entry->d_tag == DT_SYMTAB) Take(&symbols_, value);
      if (entry->d_tag == DT_STRTAB) Take(&names_, value);
      if (entry->d_tag == DT_GNU_HASH) Take(&hash_, value);
      if (entry->d_tag == DT_VERSYM) Take(&versions_, value);
    }
  }

  bool Is(uint32_t index, const char* name) const {
    constexpr uint16_t kHidden = 0x8000;  // an older version
    const ElfW(Sym)& symbol = symbols_[index];
    return symbol.st_shndx != SHN_UNDEF && symbol.st_value != 0 &&
           (symbol.st_info & 0xF) != STT_GNU_IFUNC &&
           (versions_ == nullptr || (versions_[index] & kHidden) == 0) &&
           strcmp(names_ + symbol.st_name, name) == 0;
  }

  const uintptr_t base_;
  const ElfW(Sym) * symbols_ = nullptr;
  const char* names_ = nullptr;
  const uint32_t* hash_ = nullptr;
  const uint16_t* versions_ = nullptr;
};

bool Has(const dl_phdr_info& info, uintptr_t address) {
  for (int index = 0; index < info.dlpi_phnum; ++index) {
    const ElfW(Phdr)& segment = info.dlpi_phdr[index];
    if (segment.p_type == PT_LOAD &&
        address - (info.dlpi_addr + segment.p_vaddr) < segment.p_memsz) {
      return true;
    }
  }
  return false;
}

struct Search {
  const char* symbol;
  bool is_begun;
  void* found;
};

int SearchObject(dl_phdr_info* info, size_t, void* data) {
  auto* const search = static_cast<Search*>(data);
  if (search->is_begun) {
    search->found = SymbolTable(*info).Find(search->symbol);
  } else {
    search->is_begun = Has(*info, reinterpret_cast<uintptr_t>(&SearchObject));
  }
  return search->found != nullptr ? 1 : 0;
}

void* SearchObjects(const char* symbol, bool all) {
  Search search = {symbol, all, nullptr};
  dl_iterate_phdr(SearchObject, &search);
  return search.found;
}

struct Owner {
  uintptr_t address;
  const void* object;
};

int CompareOwner(dl_phdr_info* info, size_t, void* data) {
  auto* const owner = static_cast<Owner*>(data);
  if (!Has(*info, owner->address)) return 0;
  owner->object = info->dlpi_phdr;
  return 1;
}

}  // namespace

void* FindNextSymbol(const char* symbol) {
  return dlsym != nullptr ? dlsym(RTLD_NEXT, symbol) : SearchObjects(symbol, false);
}

void* FindAnySymbol(const char* symbol) {
  return dlsym != nullptr ? dlsym(RTLD_DEFAULT, symbol) : SearchObjects(symbol, true);
}

const void* FindObjectOf(const void* address) {
  if (dlsym != nullptr) {
    using Find = int (*)(const void*, Dl_info*);
    static const auto find = reinterpret_cast<Find>(dlsym(RTLD_DEFAULT, "dladdr"));
    Dl_info info;
    return find != nullptr && find(address, &info) != 0 ? info.dli_fbase : nullptr;
  }
  Owner owner = {reinterpret_cast<uintptr_t>(address), nullptr};
  dl_iterate_phdr(CompareOwner, &owner);
  return owner.object;
}

}  // namespace stageprof_tracker
