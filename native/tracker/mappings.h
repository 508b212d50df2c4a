#ifndef STAGEPROF_TRACKER_MAPPINGS_H_
#define STAGEPROF_TRACKER_MAPPINGS_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof_tracker {

// Live mappings and who made them: a fixed table, because munmap may take any part of any mapping
// and names nobody. A mapping without a slot in it is charged to nobody, and missed.

struct Mapping {
  uintptr_t start;
  size_t bytes;
  uint32_t module;
  bool is_reserved;  // without any access
  bool is_file;      // its resident pages are the file's
};

// What one munmap took away, for when it then fails.
struct RemovedMappings {
  static constexpr uint32_t kMost = 8;
  Mapping parts[kMost];
  uint32_t count;
};

// All take the bytes of whole pages, as the kernel does.
void AddMapping(const Mapping& mapping);
// Of every mapping, what lies in [start, start + bytes).
void RemoveMappings(uintptr_t start, size_t bytes, RemovedMappings* removed);
// The same, whose access has changed.
void ChangeAccess(uintptr_t start, size_t bytes, bool is_reserved);
void RestoreMappings(const RemovedMappings& removed);

uint64_t CountMissedMappings();

// The next mapping in the table from `*position` on; false when there is none.
bool ReadMapping(uint32_t* position, Mapping* mapping);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_MAPPINGS_H_
