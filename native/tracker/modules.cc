#include "modules.h"

#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "block_size.h"
#include "bootstrap.h"
#include "loaded_object.h"
#include "mapped_file.h"
#include "module_table.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

uint32_t malloc_module = kUnknownModule;
// The path of the program; the loader gives its name as "".
char program_name[kModuleNameBytes] = "(program)";

// How many modules had been loaded, and how many unloaded, at the last refresh. musl counts none at the
// start, so 0 cannot mean that there was no refresh yet.
constexpr unsigned long long kNeverRefreshed = ~0ULL;
std::atomic<unsigned long long> seen_adds{kNeverRefreshed};
std::atomic<unsigned long long> seen_subs{0};

thread_local bool is_adding = false;

class Adding {
 public:
  Adding() { is_adding = true; }
  ~Adding() { is_adding = false; }
  Adding(const Adding&) = delete;
  Adding& operator=(const Adding&) = delete;
};

// The state of one refresh: which rows belong to loaded modules.
struct Refresh {
  bool has_changed;
  bool is_loaded[kModules];
};

// Where the loader does not answer in hooks, names come from the kernel too, whose paths may differ from
// the loader's: /usr/lib/x for /lib/x, and musl's loader calls the program by its first argument and the
// kernel's own object by none. A module of two names would have two rows, and two modules of one name would share a row.
const char* NameOf(const dl_phdr_info& info, char (&path)[kModuleNameBytes]) {
  if (LoaderAnswers()) return PathOfObject(info.dlpi_name);
  if (reinterpret_cast<uintptr_t>(info.dlpi_phdr) == getauxval(AT_PHDR)) return program_name;
  if (info.dlpi_name == nullptr || *info.dlpi_name == '\0') return "[vdso]";
  return FindKernelPath(info.dlpi_name, path) ? path : info.dlpi_name;
}

// dl_iterate_phdr calls this under the loader's lock.
int PutObject(dl_phdr_info* info, size_t, void* data) {
  Refresh* refresh = static_cast<Refresh*>(data);
  if (!refresh->has_changed && seen_adds.load(kRelaxed) == info->dlpi_adds &&
      seen_subs.load(kRelaxed) == info->dlpi_subs) {
    return 1;
  }
  refresh->has_changed = true;
  seen_adds.store(info->dlpi_adds, kRelaxed);
  seen_subs.store(info->dlpi_subs, kRelaxed);
  uintptr_t start = UINTPTR_MAX;
  uintptr_t end = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const uintptr_t from = info->dlpi_addr + header.p_vaddr;
    if (from < start) start = from;
    if (from + header.p_memsz > end) end = from + header.p_memsz;
  }
  if (start >= end) return 0;
  char path[kModuleNameBytes];
  refresh->is_loaded[PutModule(NameOf(*info, path), start, end)] = true;
  return 0;
}

// An allocator maps memory before any constructor, while there is one thread.
void Prepare() {
  static bool is_prepared = false;
  if (is_prepared) return;
  is_prepared = true;
  const int error = errno;
  const ssize_t length = readlink("/proc/self/exe", program_name, sizeof program_name - 1);
  if (length > 0) program_name[length] = '\0';
  strcpy(module_names[kUnknownModule], "(unknown)");
  module_table[kUnknownModule].has_name.store(true, std::memory_order_release);
  OpenLoadedObjects();
  errno = error;
}

// An entry that is written meanwhile carries the old generation, and does not match either. Release:
// whoever reads the new generation (LookUpModule) finds the ranges and the loader as they are now.
void ForgetPages() {
  uint64_t generation = page_cache.generation.load(kRelaxed);
  uint64_t raised;
  do {
    raised = (generation + PageCache::kGenerationStep) & PageCache::kGenerationMask;
  } while (!page_cache.generation.compare_exchange_weak(generation, raised,
                                                        std::memory_order_release, kRelaxed));
}

}  // namespace

bool tracks_modules = false;
uint32_t program_module = kUnknownModule;
uint32_t modules_at_start = kModules;
PageCache page_cache;

const char* PathOfObject(const char* name) {
  return name == nullptr || *name == '\0' ? program_name : name;
}

void OpenModules(bool tracks) {
  modules_at_start = RefreshModules();
  malloc_module = LookUpModule(reinterpret_cast<uintptr_t>(next.malloc));
  program_module = LookUpModule(getauxval(AT_PHDR));
  tracks_modules = tracks;
  ChargeBlocksToModules(tracks);
}

uint32_t AskForModule(uintptr_t address) {
  if (LoaderAnswers()) {
    LoadedObject object;
    if (!FindLoadedObject(address, &object)) return kUnknownModule;
    return PutModule(PathOfObject(object.name), object.start, object.end);
  }
  const uint32_t module = FindModule(address);
  if (module != kUnknownModule) return module;
  // The module was loaded since the last refresh.
  MappedFile file;
  if (!FindMappedFile(address, &file)) return kUnknownModule;
  return PutModule(file.name, file.start, file.end);
}

__attribute__((noinline, cold)) uint32_t LookUpModule(uintptr_t address) {
  const Adding adding;
  Prepare();
  // Acquire: what is found below is not older than this generation. On a processor that reads out of
  // order, an entry of the new generation could otherwise name the module that was unloaded before it.
  const uint64_t generation = page_cache.generation.load(std::memory_order_acquire);
  const uint32_t module = AskForModule(address);
  // Also kept where there is no module, as for code made at run time, until something is unloaded:
  // otherwise each allocation of that code would go through all mappings. Release: whoever reads the
  // number and then the row finds what has been written there (DescribeModule).
  const uint64_t page = address >> PageCache::kPageShift;
  page_cache.entries[page % PageCache::kEntries].store(
      (page << PageCache::kKeyShift) | generation | module, std::memory_order_release);
  return module;
}

uint32_t RefreshModules() {
  const Adding adding;
  Prepare();
  Refresh refresh = {};
  dl_iterate_phdr(PutObject, &refresh);
  if (refresh.has_changed) {
    ForgetRangesBut(refresh.is_loaded);
    // A page that belonged to no module when it was last looked up may belong to one now.
    ForgetPages();
  }
  return CountModules();
}

bool IsAddingModules() {
  return is_adding;
}

// Where the loader cannot be asked for one address, only the known ranges count, and the next
// module may already lie in one of them, so all are renewed.
void ForgetUnloaded() {
  if (LoaderAnswers()) {
    ForgetPages();
  } else {
    RefreshModules();
  }
}

__attribute__((noinline)) void ClaimSlot(ModuleBatches::Slot* slot, uint32_t module) {
  Module& row = module_table[slot->module];
  if (slot->blocks != 0) {
    row.allocated_bytes.fetch_add(slot->bytes, kRelaxed);
    row.allocated_blocks.fetch_add(slot->blocks, kRelaxed);
  }
  *slot = {0, 0, module};
}

void HandOver(ModuleBatches* batches) {
  for (ModuleBatches::Slot& slot : batches->slots) {
    if (slot.blocks != 0) ClaimSlot(&slot, slot.module);
  }
}

void ChargeMapping(uint32_t module, bool is_reserved, int64_t bytes) {
  Module& row = module_table[module];
  (is_reserved ? row.reserved_bytes : row.mapped_bytes).fetch_add(bytes, kRelaxed);
}

void AddHeld(uint32_t module, int64_t bytes) {
  module_table[module].held_bytes.fetch_add(bytes, kRelaxed);
}

void ForgetHeld() {
  for (Module& row : module_table) row.held_bytes.store(0, kRelaxed);
}

int64_t ReadHeldBytes(uint32_t module) {
  return module_table[module].held_bytes.load(kRelaxed);
}

uint64_t ReadAllocatedBytes(uint32_t module) {
  return module_table[module].allocated_bytes.load(kRelaxed);
}

int64_t ReadMappedBytes(uint32_t module) {
  return module_table[module].mapped_bytes.load(kRelaxed);
}

bool ReadModule(uint32_t module, ModuleReading* reading) {
  if (module >= CountModules()) return false;
  const Module& row = module_table[module];
  if (!row.has_name.load(std::memory_order_acquire)) return false;
  *reading = {module_names[module],
              row.allocated_bytes.load(kRelaxed),
              row.allocated_blocks.load(kRelaxed),
              row.mapped_bytes.load(kRelaxed),
              row.reserved_bytes.load(kRelaxed),
              module != kUnknownModule && module == malloc_module};
  return true;
}

}  // namespace stageprof_tracker
