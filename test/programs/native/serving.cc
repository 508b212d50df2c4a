// Says which allocator serves malloc, and what its numbers are while this program allocates and
// frees blocks of known sizes.
#include "../../../native/allocators/serving.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace {

constexpr size_t kLarge = 64;
constexpr size_t kSmall = 100000;
void* blocks[kLarge + kSmall];

const stageprof::Allocator* allocator;

void Say(const char* name, size_t handed_out_bytes) {
  stageprof::Allocator::Reading reading = {-1, -1};
  const bool was_read = allocator->read(&reading);
  printf(",\"%s\":{\"read\":%s,\"handedOut\":%zu,\"live\":%.0f,\"free\":%.0f}", name,
         was_read ? "true" : "false", handed_out_bytes, reading.live_bytes, reading.free_bytes);
}

size_t Allocate(size_t first, size_t count, size_t bytes) {
  size_t sum = 0;
  for (size_t i = first; i < first + count; ++i) {
    blocks[i] = malloc(bytes);
    memset(blocks[i], 1, bytes);
    sum += malloc_usable_size(blocks[i]);
  }
  return sum;
}

size_t FreeEverySecond(size_t first, size_t count) {
  size_t sum = 0;
  for (size_t i = first; i < first + count; i += 2) {
    sum += malloc_usable_size(blocks[i]);
    free(blocks[i]);
  }
  return sum;
}

}  // namespace

int main() {
  const stageprof::ServingAllocator& serving = stageprof::FindServingAllocator();
  allocator = serving.allocator;
  printf("{\"method\":\"%s\",\"failure\":\"%s\"", allocator == nullptr ? "" : allocator->method,
         serving.failure == nullptr ? "" : serving.failure);
  if (serving.failure == nullptr) {
    // This first round has the allocator reserve what it needs for itself.
    Allocate(0, kLarge + kSmall, 200);
    for (void* block : blocks) free(block);
    size_t handed_out = 0;
    Say("before", handed_out);
    handed_out += Allocate(0, kLarge, 1 << 20);
    Say("large", handed_out);
    handed_out += Allocate(kLarge, kSmall, 200);
    Say("small", handed_out);
    handed_out -= FreeEverySecond(kLarge, kSmall);
    Say("shredded", handed_out);
  }
  printf("}\n");
  return 0;
}
