#include "resident.h"

#include <sys/mman.h>
#include <unistd.h>

namespace stageprof {

double ResidentBytes(uintptr_t start, uint64_t bytes) {
  static const uint64_t page_bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  constexpr uint64_t kPagesAtOnce = 4096;
  unsigned char pages[kPagesAtOnce];
  const uint64_t page_count = bytes / page_bytes;
  uint64_t resident = 0;
  for (uint64_t first = 0; first < page_count; first += kPagesAtOnce) {
    const uint64_t count = page_count - first < kPagesAtOnce ? page_count - first : kPagesAtOnce;
    void* at = reinterpret_cast<void*>(start + first * page_bytes);
    // Of a part that has gone since, nothing is said: neither is the rest of it then.
    if (mincore(at, count * page_bytes, pages) != 0) continue;
    for (uint64_t page = 0; page < count; ++page) resident += pages[page] & 1;
  }
  return static_cast<double>(resident * page_bytes);
}

}  // namespace stageprof
