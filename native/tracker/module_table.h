#ifndef STAGEPROF_TRACKER_MODULE_TABLE_H_
#define STAGEPROF_TRACKER_MODULE_TABLE_H_

#include <stdint.h>

#include <atomic>

#include "modules.h"

namespace stageprof_tracker {

// One row. Its name never changes once it has one; its place in memory does when it is unloaded and
// loaded again.
struct Module {
  static constexpr uint32_t kNameBytes = 216;
  std::atomic<uint64_t> allocated_bytes;
  std::atomic<uint64_t> allocated_blocks;
  std::atomic<int64_t> mapped_bytes;
  std::atomic<int64_t> reserved_bytes;
  std::atomic<uintptr_t> start;
  std::atomic<uintptr_t> end;
  std::atomic<bool> has_name;  // the row may be read
  char name[kNameBytes];       // of a longer path, its end
};

// In static memory: rows that were never used cost none.
extern Module module_table[kModules];

// The module that lies in [start, end) from now on. Two threads that meet a new module at the same
// instant may each give it a row: rather two rows to add up than a lock in a hook.
uint32_t PutModule(const char* name, uintptr_t start, uintptr_t end);
// By the ranges known; kUnknownModule if none.
uint32_t FindModule(uintptr_t address);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_MODULE_TABLE_H_
