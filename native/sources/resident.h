#ifndef STAGEPROF_SOURCES_RESIDENT_H_
#define STAGEPROF_SOURCES_RESIDENT_H_

#include <stdint.h>

namespace stageprof {

// Bytes of [start, start + bytes) that are in memory, by mincore. Memory that is not mapped (any
// more) counts as 0, and so do up to 60 KiB beside it. `start` is the start of a page. Only for
// anonymous memory: of a file's pages the kernel tells which are in its cache, whoever uses them.
double ResidentBytes(uintptr_t start, uint64_t bytes);

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_RESIDENT_H_
