#ifndef STAGEPROF_TRACKER_STACKS_REBOUND_IMPORTS_H_
#define STAGEPROF_TRACKER_STACKS_REBOUND_IMPORTS_H_

#include <stdint.h>

#include <atomic>

#include "../bootstrap.h"
#include "../modules.h"

namespace stageprof_tracker {

// Puts functions of the tracker into the imports of addons, and of the libraries that they bring. A
// preloaded library cannot hook what the program itself defines, such as Node-API, since the program
// comes first in the loader's order. What the program imports stays as it is.

struct ReboundFunction {
  const char* name;
  void* real;
  void* wrapper;
};

// False where no library has a function of that name.
template <typename Function>
bool FindReal(const char* name, Function* found, Function wrapper, ReboundFunction* function) {
  *found = reinterpret_cast<Function>(FindSymbol(name));
  *function = {name, reinterpret_cast<void*>(*found), reinterpret_cast<void*>(wrapper)};
  return *found != nullptr;
}

// Called while there is one thread.
void OpenReboundImports();

// By module: the generation of the page cache when its imports were last rebound, and 1.
extern std::atomic<uint64_t> rebound_at[kModules];
extern bool rebinds_imports;
void RebindImports(uint32_t module, const void* caller);

// Called by code that runs now, so that the module is relocated and all of it is there. A module that
// was loaded after another was unloaded may be at the same address, so all are looked at again.
inline void RebindImportsOf(uint32_t module, const void* caller) {
  if (!rebinds_imports || module < modules_at_start) return;
  const uint64_t now = page_cache.generation.load(std::memory_order_relaxed) + 1;
  if (rebound_at[module].load(std::memory_order_relaxed) != now) RebindImports(module, caller);
}

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_REBOUND_IMPORTS_H_
