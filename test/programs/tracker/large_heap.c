// large_heap OPERATIONS: takes and frees blocks at random, as many of each, in a heap that is larger than the caches.
#include <stdint.h>
#include <stdlib.h>

enum { kBlocks = 65536, kLeastBytes = 16, kMostBytes = 1016 };

static void* blocks[kBlocks];
static uint64_t state = 88172645463325252u;

// Marsaglia's xorshift.
static uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static void* take(uint64_t random) {
  return malloc(kLeastBytes + random % (kMostBytes - kLeastBytes + 1));
}

int main(int argc, char** argv) {
  const long operations = argc > 1 ? atol(argv[1]) : 0;
  for (int i = 0; i < kBlocks; ++i) blocks[i] = take(next_random());
  for (long done = 0; done < operations; done += 2) {
    const uint64_t random = next_random();
    void** const block = &blocks[random % kBlocks];
    free(*block);
    *block = take(random >> 20);
  }
  return 0;
}
