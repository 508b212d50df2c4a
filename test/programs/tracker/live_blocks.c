// live_blocks WHAT PLUGIN PLUGIN: checks the live bytes of modules against what the program knows
// to be live. With a rate of 2 bytes all blocks are in the sample, and the bytes are exact.
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sys/wait.h>

#include "check.h"

#define MOST 400000

typedef void* (*Make)(size_t);

static Make makes[2];
static const char* const kNames[] = {"/first.so", "/second.so"};
static void* blocks[2][MOST];
static StageprofTrackerLive live;

static int64_t live_of(const char* end_of_name) {
  static int64_t bytes[1024];
  int64_t sum = 0;
  if (tracker == NULL) return 0;
  tracker->refresh_modules();
  const uint32_t count = tracker->read_live_modules(1024, bytes);
  for (uint32_t i = 0; i < count; ++i) {
    StageprofTrackerModule module;
    if (tracker->read_module(i, &module) != 0) continue;
    const char* at = strstr(module.name, end_of_name);
    if (at != NULL && strcmp(at, end_of_name) == 0) sum += bytes[i];
  }
  return sum;
}

// A rate of 0 means no sample, so nothing is held as far as it tells.
static void check_live(const char* what, int64_t first, int64_t second) {
  char name[96];
  const int on = live.rate != 0;
  snprintf(name, sizeof name, "%s:first", what);
  check(name, on ? first : 0, live_of(kNames[0]));
  snprintf(name, sizeof name, "%s:second", what);
  check(name, on ? second : 0, live_of(kNames[1]));
}

static void* free_all(void* from) {
  for (int i = 0; i < 100; ++i) free(((void**)from)[i]);
  return NULL;
}

static void exact(void) {
  int64_t bytes[2] = {0, 0};
  for (int k = 0; k < 2; ++k) {
    for (int i = 0; i < 100; ++i) {
      blocks[k][i] = makes[k](200 * (k + 1) + i);
      bytes[k] += (int64_t)malloc_usable_size(blocks[k][i]);
    }
  }
  check_live("made", bytes[0], bytes[1]);

  // A block that realloc moves is that of the caller of realloc, which is the program.
  bytes[0] -= (int64_t)malloc_usable_size(blocks[0][0]);
  blocks[0][0] = realloc(blocks[0][0], 100000);
  check_live("realloc", bytes[0], bytes[1]);
  // One whose realloc fails stays where it is. volatile: the compiler warns of such a size.
  const volatile size_t too_much = (size_t)1 << 62;
  void* const failed = realloc(blocks[0][1], too_much);
  say("failed %d\n", failed == NULL);
  check_live("realloc-fails", bytes[0], bytes[1]);

  const pid_t child = fork();
  if (child == 0) {
    free_all(blocks[1]);
    check_live("child", bytes[0], 0);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  say("child %d\n", status);
  check_live("after-fork", bytes[0], bytes[1]);

  pthread_t thread;
  pthread_create(&thread, NULL, free_all, blocks[1]);
  pthread_join(thread, NULL);
  check_live("freed-elsewhere", bytes[0], 0);
  free_all(blocks[0]);
  check_live("freed", 0, 0);
}

// More blocks than the table holds: all others are missed, and nothing is held when all are freed.
static void full(void) {
  for (int i = 0; i < MOST; ++i) blocks[0][i] = makes[0](24);
  StageprofTrackerLive at_most = live;
  if (tracker != NULL) tracker->read_live(&at_most);
  const int64_t of_blocks = live_of(kNames[0]) / (int64_t)malloc_usable_size(blocks[0][0]);
  const int64_t seen = of_blocks + (int64_t)at_most.missed;
  check("seen", 1, seen >= MOST && seen < MOST + 1000);
  check("missed", 1, at_most.missed > 1000);
  check("mapped", 1, at_most.mapped_bytes < 10 * 1024 * 1024);
  for (int i = 0; i < MOST; ++i) free(blocks[0][i]);
  check("full-freed", 0, live_of(kNames[0]));
}

static uint64_t random_bits = 12345;
static size_t random_below(size_t most) {
  random_bits ^= random_bits << 13;
  random_bits ^= random_bits >> 7;
  random_bits ^= random_bits << 17;
  return random_bits % most;
}

// A block of size s is in the sample with p = 1 - exp(-s / rate), and weighs s / p: the variance of
// its weight is s^2 (1 - p) / p, and that of a sum of blocks is the sum of theirs. Four deviations
// are exceeded once in 16,000.
static void check_estimate(const char* what, int k, int count) {
  double bytes = 0;
  double variance = 0;
  for (int i = 0; i < count; ++i) {
    if (blocks[k][i] == NULL) continue;
    const double size = (double)malloc_usable_size(blocks[k][i]);
    const double p = size >= (double)live.rate ? 1 : 1 - exp(-size / (double)live.rate);
    bytes += size;
    variance += size * size * (1 - p) / p;
  }
  const double error = (double)live_of(kNames[k]) - bytes;
  char line[128];
  snprintf(line, sizeof line, "%s: %+.2f deviations of %.2f %%", what,
           variance == 0 ? error : error / sqrt(variance), 100 * sqrt(variance) / bytes);
  check(line[0] != 0 && live.rate != 0 ? line : what, 1,
        live.rate == 0 || fabs(error) <= 4 * sqrt(variance) + 1e-5 * bytes);
}

// Two modules hold blocks of all sizes; one of them has freed most of what it allocated.
static void estimate(void) {
  enum { kCount = 30000 };
  for (int i = 0; i < kCount; ++i) {
    for (int k = 0; k < 2; ++k) {
      blocks[k][i] = makes[k](16 + random_below((size_t)1 << (4 + random_below(k == 0 ? 14 : 10))));
    }
  }
  for (int i = 0; i < 60; ++i) blocks[0][kCount + i] = makes[0](600000 + 1000 * i);
  check_estimate("kept", 0, kCount + 60);
  check_estimate("kept, small", 1, kCount);
  for (int i = 0; i < kCount; ++i) {
    if (i % 4 == 0) continue;
    free(blocks[0][i]);
    blocks[0][i] = NULL;
  }
  check_estimate("a quarter kept", 0, kCount + 60);
  for (int i = 0; i < kCount; ++i) {
    free(blocks[0][i]);
    free(blocks[1][i]);
    blocks[0][i] = blocks[1][i] = NULL;
  }
  check_estimate("only blocks above the rate", 0, kCount + 60);
  for (int i = 0; i < 60; ++i) free(blocks[0][kCount + i]);
  check_live("estimate-freed", 0, 0);
}

// Threads that allocate and free at once, each also what another has made.
static void* volatile exchanged[64];
static void* exchange(void* seed) {
  uint64_t state = (uint64_t)(uintptr_t)seed;
  for (int i = 0; i < 200000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    void* const made = makes[(state >> 40) & 1](1 + ((state >> 33) & 255));
    free(__atomic_exchange_n(&exchanged[(state >> 50) & 63], made, __ATOMIC_ACQ_REL));
  }
  return NULL;
}

static void threads(void) {
  pthread_t ids[8];
  for (uintptr_t i = 0; i < 8; ++i) pthread_create(&ids[i], NULL, exchange, (void*)(i + 1));
  for (int i = 0; i < 8; ++i) pthread_join(ids[i], NULL);
  int64_t held = 0;
  for (int i = 0; i < 64; ++i) held += (int64_t)malloc_usable_size(exchanged[i]);
  if (live.rate <= 2) {
    check("held", live.rate == 0 ? 0 : held, live_of(kNames[0]) + live_of(kNames[1]));
  }
  for (int i = 0; i < 64; ++i) free(exchanged[i]);
  check_live("threads-freed", 0, 0);
}

int main(int count, char** arguments) {
  if (count != 4) return 2;
  open_tracker();
  if (tracker != NULL) tracker->read_live(&live);
  for (int i = 0; i < 2; ++i) {
    void* const plugin = dlopen(arguments[2 + i], RTLD_NOW | RTLD_LOCAL);
    if (plugin == NULL) {
      say("%s\n", dlerror());
      return 3;
    }
    makes[i] = (Make)dlsym(plugin, "make_by_malloc");
  }
  if (strcmp(arguments[1], "exact") == 0) exact();
  if (strcmp(arguments[1], "full") == 0) full();
  if (strcmp(arguments[1], "estimate") == 0) estimate();
  if (strcmp(arguments[1], "threads") == 0) threads();
  return 0;
}
