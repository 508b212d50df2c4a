#ifndef STAGEPROF_TRACKER_MODULES_H_
#define STAGEPROF_TRACKER_MODULES_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>

namespace stageprof_tracker {

// Shared objects, by the addresses that call into the hooks. A module's number is its position in a
// table that only grows; 0 is the unknown module.

constexpr uint32_t kUnknownModule = 0;
constexpr uint32_t kModules = 512;

// Whether allocations are charged to modules. Written once, while there is one thread.
extern bool tracks_modules;

// The program itself. It is the unknown module until OpenModules, before which the program has not
// run.
extern uint32_t program_module;

// How many modules there were at OpenModules. Those below came with the program: itself, the libraries
// that it is linked with, and what is preloaded. Those from there on were loaded later.
extern uint32_t modules_at_start;

// What a thread has allocated for the modules that it met last, in slots by module number. Counts
// are handed over when another module needs the slot, or when they reach kModuleBatchBytes.
// Zeros are a valid start.
struct ModuleBatches {
  static constexpr uint32_t kSlots = 16;
  struct Slot {
    uint64_t bytes;
    uint32_t blocks;
    uint32_t module;
  };
  Slot slots[kSlots];
};

// The module numbers of the pages of code seen last. Page, generation and number share one word, so
// that an entry is read and written whole: 9 bits of number, 11 of generation, 44 of page.
struct PageCache {
  static constexpr uint32_t kEntries = 1024;
  static constexpr int kPageShift = 12;
  static constexpr int kKeyShift = 20;
  static constexpr uint64_t kGenerationStep = kModules;
  static constexpr uint64_t kGenerationMask = (1u << kKeyShift) - kModules;

  std::atomic<uint64_t> entries[kEntries];
  // Raised when a module is unloaded. No earlier entry matches from then on. After 2048 unloadings
  // the generation comes round to an entry that nothing has replaced meanwhile.
  std::atomic<uint64_t> generation;
};

extern PageCache page_cache;

uint32_t LookUpModule(uintptr_t address);
// Whether this thread is adding to the table of modules. A signal handler that has interrupted it must not
// add as well.
bool IsAddingModules();
void HandOver(ModuleBatches* batches);
void ClaimSlot(ModuleBatches::Slot* slot, uint32_t module);

// The module number if the page of code was seen lately; otherwise a number of kModules or above.
inline uint64_t CachedModuleOf(const void* caller) {
  const uint64_t page = reinterpret_cast<uintptr_t>(caller) >> PageCache::kPageShift;
  const uint64_t key =
      (page << PageCache::kKeyShift) | page_cache.generation.load(std::memory_order_relaxed);
  return page_cache.entries[page % PageCache::kEntries].load(std::memory_order_relaxed) ^ key;
}

inline uint32_t ModuleOf(const void* caller) {
  const uint64_t module = CachedModuleOf(caller);
  if (__builtin_expect(module < kModules, 1)) return static_cast<uint32_t>(module);
  return LookUpModule(reinterpret_cast<uintptr_t>(caller));
}

// The slot to charge a block of this caller to; null where that takes more than a look.
inline ModuleBatches::Slot* FindSlot(ModuleBatches* batches, const void* caller) {
  const uint64_t module = CachedModuleOf(caller);
  ModuleBatches::Slot* slot = &batches->slots[module % ModuleBatches::kSlots];
  return __builtin_expect(slot->module == module, 1) ? slot : nullptr;
}

inline ModuleBatches::Slot* FindOrClaimSlot(ModuleBatches* batches, const void* caller) {
  const uint32_t module = ModuleOf(caller);
  ModuleBatches::Slot* slot = &batches->slots[module % ModuleBatches::kSlots];
  if (slot->module != module) ClaimSlot(slot, module);
  return slot;
}

// The name that the loader gives an object is null or "" for the program.
const char* PathOfObject(const char* name);

// Called while there is one thread.
void OpenModules(bool tracks);
// Called after a module was unloaded.
void ForgetUnloaded();
uint32_t RefreshModules();
uint32_t CountModules();
uint32_t CountMissedModules();

// Adds a mapping's bytes, which are accessible or only reserved; negative when the mapping goes.
void ChargeMapping(uint32_t module, bool is_reserved, int64_t bytes);

// Has the sampled blocks of all modules count from zero. Called while no hook is reached.
void ForgetHeld();
// Adds what a sampled block stands for; negative when the block is freed.
void AddHeld(uint32_t module, int64_t bytes);

struct ModuleReading {
  const char* name;
  uint64_t allocated_bytes;
  uint64_t allocated_blocks;
  int64_t mapped_bytes;
  int64_t reserved_bytes;
  bool serves_malloc;
};
bool ReadModule(uint32_t module, ModuleReading* reading);
// Single numbers of a module, without checking its name. `module` is below CountModules().
uint64_t ReadAllocatedBytes(uint32_t module);
int64_t ReadMappedBytes(uint32_t module);
// The live blocks of a module, as estimated from the sampled ones.
int64_t ReadHeldBytes(uint32_t module);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_MODULES_H_
