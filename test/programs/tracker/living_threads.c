// living_threads N: checks the counts of N threads that are all alive when the counts are read.
#include <pthread.h>

#include "check.h"

enum { kBlocks = 10, kBytes = 1500, kStackBytes = 128 * 1024 };

static pthread_barrier_t begin, allocated, freed, end;
static int64_t block_bytes;

static void* work(void* argument) {
  void* blocks[kBlocks];
  pthread_barrier_wait(&begin);
  for (int i = 0; i < kBlocks; ++i) blocks[i] = malloc(kBytes);
  pthread_barrier_wait(&allocated);
  for (int i = 0; i < kBlocks; ++i) free(blocks[i]);
  pthread_barrier_wait(&freed);
  pthread_barrier_wait(&end);
  return argument;
}

static void check_bounded(const char* what, int64_t expected, int64_t found, int64_t threads) {
  const int64_t bound = tracker ? threads * tracker->batch_bytes : 0;
  check(what, 1, found >= expected - bound && found <= expected + bound);
}

int main(int count, char** arguments) {
  const int threads = count == 2 ? atoi(arguments[1]) : 0;
  if (threads < 1) return 2;
  open_tracker();
  void* sample = malloc(kBytes);
  block_bytes = (int64_t)malloc_usable_size(sample);
  free(sample);
  pthread_barrier_t* const barriers[] = {&begin, &allocated, &freed, &end};
  for (int i = 0; i < 4; ++i) pthread_barrier_init(barriers[i], NULL, (unsigned)threads + 1);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t* running = calloc((size_t)threads, sizeof *running);
  for (int i = 0; i < threads; ++i) {
    if (pthread_create(&running[i], &attributes, work, NULL) != 0) return 98;
  }

  const int64_t blocks = (int64_t)threads * kBlocks;
  const int64_t bytes = blocks * block_bytes;
  const StageprofTrackerReading before = read_now();
  pthread_barrier_wait(&begin);
  pthread_barrier_wait(&allocated);
  const StageprofTrackerReading full = read_now();
  check("allocated_bytes", bytes, (int64_t)(full.allocated_bytes - before.allocated_bytes));
  check("allocated_blocks", blocks, (int64_t)(full.allocated_blocks - before.allocated_blocks));
  check_bounded("live", bytes, full.live_bytes - before.live_bytes, threads);
  pthread_barrier_wait(&freed);
  const StageprofTrackerReading empty = read_now();
  check("freed_bytes", bytes, (int64_t)(empty.freed_bytes - before.freed_bytes));
  check("freed_blocks", blocks, (int64_t)(empty.freed_blocks - before.freed_blocks));
  check_bounded("live after", 0, empty.live_bytes - before.live_bytes, threads);
  pthread_barrier_wait(&end);
  for (int i = 0; i < threads; ++i) pthread_join(running[i], NULL);
  const StageprofTrackerReading ended = read_now();
  check("blocks in the end", blocks, (int64_t)(ended.allocated_blocks - before.allocated_blocks));
  // libc may free what it allocated for a thread, or keep it for the next.
  check("live in the end", 1, ended.live_bytes <= before.live_bytes);
  return 0;
}
