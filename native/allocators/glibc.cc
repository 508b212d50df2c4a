#include "glibc.h"

#include <stddef.h>

#include "../support/symbols.h"

namespace stageprof {

namespace {

// glibc's struct mallinfo2, which the headers of an older glibc do not have.
struct Info {
  size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};
Info (*mallinfo2)();

bool Find() {
  mallinfo2 = reinterpret_cast<decltype(mallinfo2)>(FindSymbol("mallinfo2"));
  return mallinfo2 != nullptr;
}

// glibc does not say whose a block is. What proves it is that its statistics follow a block, which
// is asked of every allocator; under another one, mallinfo2 is there all the same and stands still.
bool Serves() {
  return true;
}

bool Read(Allocator::Reading* reading) {
  const Info info = mallinfo2();
  reading->live_bytes = static_cast<double>(info.uordblks + info.hblkhd);
  reading->held_bytes = static_cast<double>(info.fordblks);
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
