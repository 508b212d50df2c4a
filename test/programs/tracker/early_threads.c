// Checks the counts of threads that a preloaded library started before the tracker began.
#include "check.h"
#include "early_work.h"

static uint64_t module_bytes(const void* address) {
  StageprofTrackerModule module;
  memset(&module, 0, sizeof module);
  if (tracker != NULL) tracker->read_module(tracker->find_module(address), &module);
  return module.allocated_bytes;
}

static int64_t held_by_module(const void* address) {
  static int64_t bytes[1024];
  if (tracker == NULL) return 0;
  const uint32_t module = tracker->find_module(address);
  return module < tracker->read_live_modules(1024, bytes) ? bytes[module] : 0;
}

static int samples_every_block(void) {
  StageprofTrackerLive live;
  memset(&live, 0, sizeof live);
  if (tracker != NULL) tracker->read_live(&live);
  return live.rate == 2;
}

static int tracks_modules(void) {
  StageprofTrackerState state;
  memset(&state, 0, sizeof state);
  if (tracker != NULL) tracker->read_state(&state);
  return state.tracks_modules != 0;
}

int main(void) {
  open_tracker();
  EarlyWork* work = dlsym(RTLD_DEFAULT, "early_work");
  if (work == NULL) return 97;
  const int64_t block_bytes = (int64_t)malloc_usable_size(work->blocks[0][0]);
  const int64_t blocks = kEarlyThreads * kEarlyBlocks;
  const int64_t bytes = blocks * block_bytes;
  check("the tracker had begun", 0, work->was_open);
  check("blocks before it began", blocks, work->counted_blocks);
  check("live before it began", bytes, work->counted_live_bytes);

  StageprofTrackerReading before = read_now();
  take_turn(work);
  StageprofTrackerReading now = read_now();
  check("freed", bytes, (int64_t)(now.freed_bytes - before.freed_bytes));
  check("live without them", -bytes, now.live_bytes - before.live_bytes);

  check("held without them", 0, held_by_module(work));
  const uint64_t module_before = module_bytes(work);
  before = now;
  take_turn(work);
  now = read_now();
  check("blocks", blocks, (int64_t)(now.allocated_blocks - before.allocated_blocks));
  check("bytes", bytes, (int64_t)(now.allocated_bytes - before.allocated_bytes));
  check("live", bytes, now.live_bytes - before.live_bytes);
  check("not this thread's", 0,
        (int64_t)(now.thread_allocated_blocks - before.thread_allocated_blocks));
  check("their module's", tracks_modules() ? bytes : 0,
        (int64_t)(module_bytes(work) - module_before));

  if (samples_every_block()) check("held", bytes, held_by_module(work));

  // This thread frees a block of theirs, and they free a block of this thread.
  free(work->blocks[0][0]);
  work->blocks[0][0] = malloc(kEarlyBytes);
  before = read_now();
  take_turn(work);
  for (int i = 0; i < kEarlyThreads; ++i) pthread_join(work->threads[i], NULL);
  now = read_now();
  // libc may also free what it allocated for a thread.
  check("freed in the end", 1, (int64_t)(now.freed_blocks - before.freed_blocks) >= blocks);
  check("live in the end", 1, now.live_bytes - before.live_bytes <= -bytes);
  check("none of this thread's", 0,
        (int64_t)(now.thread_freed_blocks - before.thread_freed_blocks));
  check("held in the end", 0, held_by_module(work));
  return 0;
}
