// threads NAME, or threads many N: checks the counts of threads that end, or that free each other's
// blocks.
#include <pthread.h>

#include "check.h"

static void run(void* (*body)(void*), void* argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, body, argument) != 0) _exit(98);
  pthread_join(thread, NULL);
}

static void* do_nothing(void* argument) {
  return argument;
}

// The first threads make libc allocate what later ones reuse.
static void warm_up(void) {
  for (int i = 0; i < 3; ++i) run(do_nothing, NULL);
}

static void* leak_little(void* bytes) {
  void* block = malloc(100);
  *(int64_t*)bytes += (int64_t)malloc_usable_size(block);
  return NULL;
}

static int ends(void) {
  int64_t bytes = 0;
  warm_up();
  const StageprofTrackerReading before = read_now();
  for (int i = 0; i < 1000; ++i) run(leak_little, &bytes);
  const StageprofTrackerReading now = read_now();
  check("live", bytes, now.live_bytes - before.live_bytes);
  check("thread_allocated_blocks", 0,
        (int64_t)(now.thread_allocated_blocks - before.thread_allocated_blocks));
  return 0;
}

// The destructor of this key sets the key again, so it runs both before and after the tracker's
// exit handler.
static pthread_key_t key;
static int64_t late_bytes = 0;
static void leak_late(void* round) {
  void* block = malloc(3000);
  late_bytes += (int64_t)malloc_usable_size(block);
  if ((intptr_t)round < 4) pthread_setspecific(key, (void*)((intptr_t)round + 1));
}
static void* set_key(void* argument) {
  pthread_setspecific(key, (void*)1);
  return argument;
}

static int has_late_destructors(void) {
  pthread_key_create(&key, leak_late);
  warm_up();
  const StageprofTrackerReading before = read_now();
  for (int i = 0; i < 100; ++i) run(set_key, NULL);
  check("live", late_bytes, read_now().live_bytes - before.live_bytes);
  check("rounds", 1, late_bytes >= 100 * 4 * 3000);
  say("%lld\n", (long long)late_bytes);
  return 0;
}

static void* allocate(void* argument) {
  (void)argument;
  return malloc(5000000);
}

static int frees_elsewhere(void) {
  warm_up();
  const StageprofTrackerReading before = read_now();
  pthread_t thread;
  void* block = NULL;
  pthread_create(&thread, NULL, allocate, NULL);
  pthread_join(thread, &block);
  const int64_t bytes = (int64_t)malloc_usable_size(block);
  check("live", bytes, read_now().live_bytes - before.live_bytes);
  free(block);
  const StageprofTrackerReading now = read_now();
  check("live after", 0, now.live_bytes - before.live_bytes);
  check("thread_freed", bytes, (int64_t)(now.thread_freed_bytes - before.thread_freed_bytes));
  check("thread_allocated", 0,
        (int64_t)(now.thread_allocated_bytes - before.thread_allocated_bytes));
  return 0;
}

static void* grow(void* block) {
  return realloc(block, 1 << 20);
}

// The first operation of a thread comes to the counts of threads that have ended.
static int reallocs_first(void) {
  int64_t bytes = 0;
  warm_up();
  for (int i = 0; i < 3; ++i) run(leak_little, &bytes);
  void* block = malloc(1000);
  const int64_t before_bytes = (int64_t)malloc_usable_size(block);
  const StageprofTrackerReading before = read_now();
  pthread_t thread;
  pthread_create(&thread, NULL, grow, block);
  pthread_join(thread, &block);
  const StageprofTrackerReading now = read_now();
  check("allocated", 1, (int64_t)(now.allocated_blocks - before.allocated_blocks));
  check("freed", 1, (int64_t)(now.freed_blocks - before.freed_blocks));
  check("live", (int64_t)malloc_usable_size(block) - before_bytes,
        now.live_bytes - before.live_bytes);
  return 0;
}

static void* churn(void* argument) {
  void* blocks[64] = {0};
  for (unsigned i = 0; i < 200000; ++i) {
    void** place = &blocks[(i * 2654435761u) >> 26];
    free(*place);
    *place = malloc((i * 40503u) % 3000);
  }
  for (int i = 0; i < 64; ++i) free(blocks[i]);
  return argument;
}

static int churns(void) {
  enum { kThreads = 8 };
  pthread_t threads[kThreads];
  warm_up();
  const StageprofTrackerReading before = read_now();
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], NULL, churn, NULL);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  const StageprofTrackerReading now = read_now();
  // libc may keep what it allocated for a thread, for the next one.
  const int64_t kept = now.live_bytes - before.live_bytes;
  check("returns to", 1, kept >= 0 && kept < 32 * 1024);
  const uint64_t blocks = now.allocated_blocks - before.allocated_blocks;
  check("blocks", 1, blocks >= kThreads * 200000 && blocks < kThreads * 200000 + 100);
  return 0;
}

static int are_many(int many) {
  warm_up();
  StageprofTrackerState first;
  memset(&first, 0, sizeof first);
  if (tracker) tracker->read_state(&first);
  int64_t bytes = 0;
  const StageprofTrackerReading before = read_now();
  for (int i = 0; i < many; ++i) run(leak_little, &bytes);
  check("live", bytes, read_now().live_bytes - before.live_bytes);
  StageprofTrackerState state;
  if (tracker) {
    tracker->read_state(&state);
    check("threads", 1, state.threads);
    check("threads_highest", 1, state.threads_highest <= 3);
    check("threads_seen", many, (int64_t)(state.threads_seen - first.threads_seen));
  }
  return 0;
}

int main(int count, char** arguments) {
  static const struct {
    const char* name;
    int (*run)(void);
  } cases[] = {{"end", ends},
               {"late-destructors", has_late_destructors},
               {"churn", churns},
               {"free-elsewhere", frees_elsewhere},
               {"realloc-first", reallocs_first}};
  open_tracker();
  if (count == 3 && strcmp(arguments[1], "many") == 0) return are_many(atoi(arguments[2]));
  for (size_t i = 0; count == 2 && i < sizeof cases / sizeof *cases; ++i) {
    if (strcmp(cases[i].name, arguments[1]) == 0) return cases[i].run();
  }
  return 2;
}
