// Starts threads in its constructor and has them allocate there. The constructor runs before those
// of the libraries that are preloaded before it.
#include "check.h"
#include "early_work.h"

EarlyWork early_work;

static void allocate(void** blocks) {
  for (int i = 0; i < kEarlyBlocks; ++i) blocks[i] = malloc(kEarlyBytes);
}

static void release(void** blocks) {
  for (int i = 0; i < kEarlyBlocks; ++i) free(blocks[i]);
}

static void* work(void* argument) {
  void** blocks = argument;
  void (*const steps[])(void**) = {allocate, release, allocate, release};
  for (size_t step = 0; step < sizeof steps / sizeof *steps; ++step) {
    pthread_barrier_wait(&early_work.turn);
    steps[step](blocks);
    pthread_barrier_wait(&early_work.turn);
  }
  return NULL;
}

__attribute__((constructor)) static void start(void) {
  open_tracker();
  pthread_barrier_init(&early_work.turn, NULL, kEarlyThreads + 1);
  for (int i = 0; i < kEarlyThreads; ++i) {
    if (pthread_create(&early_work.threads[i], NULL, work, early_work.blocks[i]) != 0) _exit(98);
  }
  StageprofTrackerState state;
  memset(&state, 0, sizeof state);
  if (tracker != NULL) tracker->read_state(&state);
  early_work.was_open = state.threads != 0;
  const StageprofTrackerReading before = read_now();
  take_turn(&early_work);
  const StageprofTrackerReading now = read_now();
  early_work.counted_blocks = (int64_t)(now.allocated_blocks - before.allocated_blocks);
  early_work.counted_live_bytes = now.live_bytes - before.live_bytes;
}
