#include "glibc.h"

#include <stddef.h>

#include "../support/symbols.h"

namespace stageprof {

namespace {

// glibc's struct mallinfo2, which the headers of an older glibc lack.
struct Info {
  size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
Info (*mallinfo2)();

bool Find() {
  mallinfo2 = reinterpret_cast<decltype(mallinfo2)>(FindSymbol("mallinfo2"));
  return mallinfo2 != nullptr;
}

// glibc does not tell whose a block is. The proof is that its statistics follow a block, which is
// asked of every allocator. Under another allocator mallinfo2 exists as well, but stands still.
bool Serves() {
  return true;
}

bool Read(Allocator::Reading* reading) {
  const Info info = mallinfo2();
  reading->live_bytes = static_cast<double>(info.uordblks + info.hblkhd);
  reading->free_bytes = static_cast<double>(info.fordblks);
  return true;
}

}  // namespace

const Allocator kGlibc = {
    "glibc",
    "mallinfo2",
    "thread caches of glibc count as in use",
    "thread caches of glibc are not in it",
    Find,
    Serves,
    Read,
    nullptr,
};

}  // namespace stageprof
