// Between early_library.c, whose constructor starts threads before the tracker's runs, and
// early_threads.c, which has them work afterwards.
#ifndef STAGEPROF_TEST_EARLY_WORK_H_
#define STAGEPROF_TEST_EARLY_WORK_H_

#include <pthread.h>
#include <stdint.h>

enum { kEarlyThreads = 3, kEarlyBlocks = 20, kEarlyBytes = 1500 };

typedef struct EarlyWork {
  pthread_t threads[kEarlyThreads];
  // Waited for before each step and after it: allocate, free, allocate, free and end.
  pthread_barrier_t turn;
  void* blocks[kEarlyThreads][kEarlyBlocks];
  // Of the first step: what the tracker counted, and whether its own constructor had run by then.
  int64_t counted_blocks;
  int64_t counted_live_bytes;
  int32_t was_open;
} EarlyWork;

static inline void take_turn(EarlyWork* work) {
  pthread_barrier_wait(&work->turn);
  pthread_barrier_wait(&work->turn);
}

#endif  // STAGEPROF_TEST_EARLY_WORK_H_
