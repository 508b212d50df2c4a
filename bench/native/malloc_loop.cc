#include "malloc_loop.h"

#include <pthread.h>
#include <stdlib.h>

namespace bench {

namespace {

constexpr size_t kSizes = 256;
constexpr uint32_t kMostThreads = 64;

struct Loop {
  size_t pairs;
  size_t bytes[kSizes];
};

void* Run(void* argument) {
  const Loop& loop = *static_cast<const Loop*>(argument);
  for (size_t i = 0; i < loop.pairs; ++i) {
    // volatile, because the compiler may drop a malloc whose result is only freed.
    void* volatile block = malloc(loop.bytes[i % kSizes]);
    free(block);
  }
  return nullptr;
}

}  // namespace

bool RunMallocLoop(size_t pairs, size_t least_bytes, size_t most_bytes, uint32_t threads) {
  if (threads > kMostThreads) return false;
  Loop loop;
  loop.pairs = pairs;
  // The sizes are the same in every run, in an order that no branch predictor can learn.
  uint32_t state = 1;
  for (size_t& bytes : loop.bytes) {
    state = state * 1664525 + 1013904223;
    bytes = least_bytes + (state >> 8) % (most_bytes - least_bytes + 1);
  }
  pthread_t running[kMostThreads];
  uint32_t made = 0;
  while (made < threads && pthread_create(&running[made], nullptr, Run, &loop) == 0) ++made;
  for (uint32_t i = 0; i < made; ++i) pthread_join(running[i], nullptr);
  return made == threads;
}

}  // namespace bench
