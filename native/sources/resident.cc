#include "resident.h"

#include <sys/mman.h>
#include <unistd.h>

namespace stageprof {

namespace {

constexpr uint64_t kPagesAtOnce = 4096;
// Beside a hole, fewer pages than this are not counted. A chunk that is no longer mapped at all
// costs 511 calls.
constexpr uint64_t kFewestPages = 16;

// mincore fails for a range with a hole in it, so each half is asked separately.
uint64_t CountResident(uintptr_t start, uint64_t page_count, uint64_t page_bytes,
                       unsigned char* pages) {
  if (mincore(reinterpret_cast<void*>(start), page_count * page_bytes, pages) == 0) {
    uint64_t resident = 0;
    for (uint64_t page = 0; page < page_count; ++page) resident += pages[page] & 1;
    return resident;
  }
  if (page_count <= kFewestPages) return 0;
  const uint64_t half = page_count / 2;
  return CountResident(start, half, page_bytes, pages) +
         CountResident(start + half * page_bytes, page_count - half, page_bytes, pages);
}

}  // namespace

double ResidentBytes(uintptr_t start, uint64_t bytes) {
  static const uint64_t page_bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  unsigned char pages[kPagesAtOnce];
  const uint64_t page_count = bytes / page_bytes;
  uint64_t resident = 0;
  for (uint64_t first = 0; first < page_count; first += kPagesAtOnce) {
    const uint64_t count = page_count - first < kPagesAtOnce ? page_count - first : kPagesAtOnce;
    resident += CountResident(start + first * page_bytes, count, page_bytes, pages);
  }
  return static_cast<double>(resident * page_bytes);
}

}  // namespace stageprof
