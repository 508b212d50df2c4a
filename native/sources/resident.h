#ifndef STAGEPROF_SOURCES_RESIDENT_H_
#define STAGEPROF_SOURCES_RESIDENT_H_

#include <stdint.h>

namespace stageprof {

// Bytes of [start, start + bytes) that are in memory, by mincore; 0 for what is not mapped (any
// more), and for up to 60 KiB beside it. `start` is the start of a page. Only for anonymous memory:
// of a file's pages the kernel tells which are in its cache, whoever has them.
double ResidentBytes(uintptr_t start, uint64_t bytes);

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_RESIDENT_H_
