#ifndef STAGEPROF_TRACKER_MAPPINGS_H_
#define STAGEPROF_TRACKER_MAPPINGS_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof_tracker {

// Live mappings and who made them. The table has a fixed size. munmap may take any part of any
// mapping, and does not name who made it. A mapping without a slot is charged to nobody and counts
// as missed.

struct Mapping {
  uintptr_t start;
  size_t bytes;
  uint32_t module;
  bool is_reserved;  // without any access
  bool is_file;      // its resident pages are the file's
};

// What one munmap removed, in case it then fails.
struct RemovedMappings {
  static constexpr uint32_t kMost = 8;
  Mapping parts[kMost];
  uint32_t count;
};

// All of these round bytes up to whole pages, as the kernel does.
void AddMapping(const Mapping& mapping);
// Removes the part of every mapping that lies in [start, start + bytes).
void RemoveMappings(uintptr_t start, size_t bytes, RemovedMappings* removed);
// Changes the access of such parts.
void ChangeAccess(uintptr_t start, size_t bytes, bool is_reserved);
void RestoreMappings(const RemovedMappings& removed);

uint64_t CountMissedMappings();

// Reads the next mapping in the table, from `*position` on; false when there is none.
bool ReadMapping(uint32_t* position, Mapping* mapping);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_MAPPINGS_H_
