// live_blocks WHAT PLUGIN PLUGIN: checks the live bytes of modules against what the program knows
// to be live. With a rate of 2 bytes all blocks are in the sample, and the bytes are exact.
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sys/wait.h>

#include "check.h"

#define MOST 1800000

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

static void* posix_allocate(size_t alignment, size_t bytes) {
  void* block = NULL;
  return posix_memalign(&block, alignment, bytes) == 0 ? block : NULL;
}

// What this program itself holds is in the sample by the same rules, whichever function made it.
static int64_t own_before;
static int64_t own_bytes;
static void check_own(const char* what, size_t bytes) {
  char name[96];
  snprintf(name, sizeof name, "%s of %zu", what, bytes);
  check(name, own_bytes, live_of("/live_blocks") - own_before);
}

static void* resize(void* block, size_t bytes) {
  own_bytes -= (int64_t)malloc_usable_size(block);
  void* const resized = realloc(block, bytes);
  own_bytes += (int64_t)malloc_usable_size(resized);
  return resized;
}

static void functions(void) {
  static const size_t kSizes[] = {0, 1, 24, 100, 4096, 70000, 1 << 20, 1 << 22};
  own_before = live_of("/live_blocks");
  for (size_t i = 0; i < sizeof kSizes / sizeof *kSizes; ++i) {
    const size_t bytes = kSizes[i];
    void* made[] = {
        malloc(bytes),
        calloc(bytes, 1),
        calloc(0, bytes),
        realloc(NULL, bytes),
        reallocarray(NULL, bytes, 1),
        memalign(4096, bytes),
        aligned_alloc(64, (bytes + 63) / 64 * 64),
        posix_allocate((size_t)1 << 21, bytes),
        valloc(bytes),
    };
    enum { kMade = sizeof made / sizeof *made };
    for (int k = 0; k < kMade; ++k) own_bytes += (int64_t)malloc_usable_size(made[k]);
    check_own("made", bytes);
    for (int k = 0; k < kMade; ++k) made[k] = resize(made[k], malloc_usable_size(made[k]));
    check_own("kept", bytes);
    for (int k = 0; k < kMade; ++k) made[k] = resize(made[k], bytes / 2 + 1);
    check_own("shrunk", bytes);
    for (int k = 0; k < kMade; ++k) made[k] = resize(made[k], 3 * bytes + 1);
    check_own("grown", bytes);
    for (int k = 0; k < kMade; ++k) {
      own_bytes -= (int64_t)malloc_usable_size(made[k]);
      free(made[k]);
    }
    check_own("freed", bytes);
  }
}

// A block of the rate or more is in the sample as what it is. The size is that of the rate if
// malloc hands out no more than was asked for.
static void threshold(void) {
  enum { kCount = 200 };
  int64_t bytes = 0;
  for (int i = 0; i < kCount; ++i) {
    blocks[0][i] = makes[0](live.rate);
    bytes += (int64_t)malloc_usable_size(blocks[0][i]);
    check_live("at the rate", bytes, 0);
  }
  // Blocks of less stand for more than they have.
  size_t less = 0;
  for (int i = 0; i < kCount; ++i) {
    blocks[1][i] = makes[1](live.rate / 2);
    less += malloc_usable_size(blocks[1][i]) < live.rate;
  }
  check("below the rate", kCount, (int64_t)less);
  const int64_t found = live_of(kNames[1]);
  const int64_t of_one =
      (int64_t)((double)malloc_usable_size(blocks[1][0]) /
                -expm1(-(double)malloc_usable_size(blocks[1][0]) / (double)live.rate));
  const int64_t sampled = (found + of_one / 2) / of_one;
  check("below the rate, some", 1, sampled > 0 && sampled < kCount);
  check("below the rate, whole blocks", 1, llabs(found - sampled * of_one) <= 3 * sampled);
  for (int i = 0; i < kCount; ++i) free(blocks[0][i]);
  for (int i = 0; i < kCount; ++i) free(blocks[1][i]);
  check_live("threshold-freed", 0, 0);
}

// Each thread leaves blocks behind, some of them made by the destructor of a key: both before and
// after the exit handler of the tracker.
enum { kEndings = 200, kOfEach = 10, kLate = 4 };
static pthread_key_t ending_key;
static int late_left[kEndings];

static void make_late(void* place) {
  int* const left = place;
  blocks[1][kLate * (left - late_left) + --*left] = makes[1](300);
  if (*left != 0) pthread_setspecific(ending_key, left);
}

static void* end(void* place) {
  int* const left = place;
  for (int i = 0; i < kOfEach; ++i) blocks[0][kOfEach * (left - late_left) + i] = makes[0](100 + i);
  *left = kLate;
  pthread_setspecific(ending_key, left);
  return NULL;
}

static void ending(void) {
  pthread_key_create(&ending_key, make_late);
  for (int i = 0; i < kEndings; ++i) {
    pthread_t thread;
    pthread_create(&thread, NULL, end, &late_left[i]);
    pthread_join(thread, NULL);
  }
  int64_t bytes[2] = {0, 0};
  for (int i = 0; i < kEndings * kOfEach; ++i)
    bytes[0] += (int64_t)malloc_usable_size(blocks[0][i]);
  for (int i = 0; i < kEndings * kLate; ++i) bytes[1] += (int64_t)malloc_usable_size(blocks[1][i]);
  check_live("ended", bytes[0], bytes[1]);
  for (int i = 0; i < kEndings * kOfEach; ++i) free(blocks[0][i]);
  for (int i = 0; i < kEndings * kLate; ++i) free(blocks[1][i]);
  check_live("ended-freed", 0, 0);
}

// A child loses the threads that were in the middle of a malloc or a free. What it does itself is
// counted nevertheless.
static int is_over;
static void* churn(void* argument) {
  while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) free(makes[0](100));
  return argument;
}

static void check_second(const char* what, int from, int to) {
  int64_t bytes = 0;
  for (int i = from; i < to; ++i) bytes += (int64_t)malloc_usable_size(blocks[1][i]);
  check(what, live.rate == 0 ? 0 : bytes, live_of(kNames[1]));
}

static void fork_beside_threads(void) {
  pthread_t ids[2];
  for (int i = 0; i < 2; ++i) pthread_create(&ids[i], NULL, churn, NULL);
  for (int i = 0; i < 100; ++i) blocks[1][i] = makes[1](300 + i);
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      const int64_t lost = live_of(kNames[0]);
      for (int i = 0; i < 50; ++i) free(blocks[1][i]);
      check_second("child-freed", 50, 100);
      for (int i = 100; i < 200; ++i) blocks[1][i] = makes[1](i);
      check_second("child-made", 50, 200);
      for (int i = 0; i < 1000; ++i) free(makes[0](i));
      check("child-churned", lost, live_of(kNames[0]));
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) say("child %d\n", status);
  }
  __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
  for (int i = 0; i < 2; ++i) pthread_join(ids[i], NULL);
  check_second("after-forks", 0, 100);
  for (int i = 0; i < 100; ++i) free(blocks[1][i]);
  check_live("forks-freed", 0, 0);
}

// As many as there must be room for.
static void million(void) {
  enum { kCount = 1000000 };
  for (int i = 0; i < kCount; ++i) blocks[0][i] = makes[0](24);
  StageprofTrackerLive at_most = live;
  if (tracker != NULL) tracker->read_live(&at_most);
  check("all seen", live.rate == 0 ? 0 : kCount,
        live_of(kNames[0]) / (int64_t)malloc_usable_size(blocks[0][0]));
  check("missed", 0, (int64_t)at_most.missed);
  for (int i = 0; i < kCount; ++i) free(blocks[0][i]);
  check("all freed", 0, live_of(kNames[0]));
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
  check("mapped", 1, at_most.mapped_bytes < 46 * 1024 * 1024);
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
  const int error = errno;
  if (count != 4) return 2;
  say("errno %d\n", error);
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
  if (strcmp(arguments[1], "functions") == 0) functions();
  if (strcmp(arguments[1], "threshold") == 0) threshold();
  if (strcmp(arguments[1], "ending") == 0) ending();
  if (strcmp(arguments[1], "fork") == 0) fork_beside_threads();
  if (strcmp(arguments[1], "million") == 0) million();
  if (strcmp(arguments[1], "full") == 0) full();
  if (strcmp(arguments[1], "estimate") == 0) estimate();
  if (strcmp(arguments[1], "threads") == 0) threads();
  return 0;
}
