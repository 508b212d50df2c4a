#ifndef STAGEPROF_TRACKER_MODULE_TABLE_H_
#define STAGEPROF_TRACKER_MODULE_TABLE_H_

#include <stdint.h>

#include <atomic>

#include "modules.h"

namespace stageprof_tracker {

// The end of a longer path is kept.
constexpr uint32_t kModuleNameBytes = 216;

// One row in one cache line, because every sample reads all rows. The name never changes once it is
// set. The addresses change when the module is unloaded and loaded again.
struct alignas(64) Module {
  std::atomic<uint64_t> allocated_bytes;
  std::atomic<uint64_t> allocated_blocks;
  std::atomic<int64_t> mapped_bytes;
  std::atomic<int64_t> reserved_bytes;
  std::atomic<int64_t> held_bytes;
  std::atomic<uintptr_t> start;
  std::atomic<uintptr_t> end;
  std::atomic<bool> has_name;  // whether the row may be read
};

// In static memory, where rows that were never used cost nothing.
extern Module module_table[kModules];
extern char module_names[kModules][kModuleNameBytes];

// Returns the row of the module that lies in [start, end) from now on. Two threads that meet a new
// module at the same instant may each give it a row. Two rows that must be added up are better than
// a lock in a hook.
uint32_t PutModule(const char* name, uintptr_t start, uintptr_t end);
// Empties the ranges of all modules that are not loaded. One that another thread adds at this
// instant is found again later.
void ForgetRangesBut(const bool (&is_loaded)[kModules]);
// Searches the known ranges; kUnknownModule if none has the address.
uint32_t FindModule(uintptr_t address);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_MODULE_TABLE_H_
