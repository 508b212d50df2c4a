#ifndef STAGEPROF_TRACKER_MODULE_TABLE_H_
#define STAGEPROF_TRACKER_MODULE_TABLE_H_

#include <stdint.h>

#include <atomic>

#include "modules.h"

namespace stageprof_tracker {

// Of a longer path, its end.
constexpr uint32_t kModuleNameBytes = 216;

// One row, a cache line: every sample reads all of them. Its name never changes once it has one;
// its addresses do when it is unloaded and loaded again.
struct alignas(64) Module {
  std::atomic<uint64_t> allocated_bytes;
  std::atomic<uint64_t> allocated_blocks;
  std::atomic<int64_t> mapped_bytes;
  std::atomic<int64_t> reserved_bytes;
  std::atomic<uintptr_t> start;
  std::atomic<uintptr_t> end;
  std::atomic<bool> has_name;  // the row may be read
};

// In static memory: rows that were never used cost none.
extern Module module_table[kModules];
extern char module_names[kModules][kModuleNameBytes];

// The module that lies in [start, end) from now on. Two threads that meet a new module at the same
// instant may each give it a row: rather two rows to add up than a lock in a hook.
uint32_t PutModule(const char* name, uintptr_t start, uintptr_t end);
// All others lie nowhere any more. One that another thread puts at this instant is found again.
void ForgetRangesBut(const bool (&is_loaded)[kModules]);
// By the ranges known; kUnknownModule if none.
uint32_t FindModule(uintptr_t address);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_MODULE_TABLE_H_
