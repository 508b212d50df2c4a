#include "block_size.h"

#include <stdint.h>

namespace stageprof_tracker {

BlockHeaders block_headers = {false, false};

namespace {

bool charges_modules = false;

bool IsRight(void* block) {
  const size_t header = HeaderOf(block);
  return (header & kHeaderIsMapped) != 0 || BytesOfHeader(header) == next.malloc_usable_size(block);
}

void Set(bool are_read) {
  block_headers = {are_read, are_read && !charges_modules};
}

}  // namespace

void OpenBlockHeaders(bool serves_glibc) {
  if (!serves_glibc) return;
  // Blocks of each way to get one: of a thread's cache, of a bin, from the end of the heap, and with
  // a mapping of their own, whose header must say so.
  constexpr size_t kSizes[] = {1, 24, 25, 100, 1000, 1033, 5000, 70000};
  constexpr size_t kMappedBytes = 64 << 20;
  bool are_right = true;
  for (const size_t bytes : kSizes) {
    void* first = next.malloc(bytes);
    void* second = next.malloc(bytes + 8);
    if (first == nullptr || second == nullptr || !IsRight(first) || !IsRight(second)) {
      are_right = false;
    }
    next.free(first);
    // Again, of what was just freed.
    void* again = next.malloc(bytes);
    if (again == nullptr || !IsRight(again)) are_right = false;
    next.free(again);
    next.free(second);
  }
  void* mapped = next.malloc(kMappedBytes);
  if (mapped != nullptr && (HeaderOf(mapped) & kHeaderIsMapped) == 0 && !IsRight(mapped)) {
    are_right = false;
  }
  next.free(mapped);
  Set(are_right);
}

void ChargeBlocksToModules(bool charges) {
  charges_modules = charges;
  Set(block_headers.are_read);
}

void CheckBlockHeader(void* block) {
  if (block_headers.are_read && !IsRight(block)) Set(false);
}

}  // namespace stageprof_tracker
