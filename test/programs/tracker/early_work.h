// What early_library.c and early_threads.c share. The constructor of the first starts threads before
// that of the tracker runs, and the second has them work afterwards.
#ifndef STAGEPROF_TEST_EARLY_WORK_H_
#define STAGEPROF_TEST_EARLY_WORK_H_

#include <pthread.h>
#include <stdint.h>

enum { kEarlyThreads = 3, kEarlyBlocks = 20, kEarlyBytes = 1500 };

typedef struct EarlyWork {
  pthread_t threads[kEarlyThreads];
  // All wait here before and after each step: allocate, free, allocate, free and end.
  pthread_barrier_t turn;
  void* blocks[kEarlyThreads][kEarlyBlocks];
  // What the tracker counted in the first step, and whether its own constructor had run by then.
  int64_t counted_blocks;
  int64_t counted_live_bytes;
  int32_t was_open;
} EarlyWork;

static inline void take_turn(EarlyWork* work) {
  pthread_barrier_wait(&work->turn);
  pthread_barrier_wait(&work->turn);
}

#endif  // STAGEPROF_TEST_EARLY_WORK_H_
