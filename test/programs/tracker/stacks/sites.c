// sites WHAT [LIBRARY LIBRARY]: checks what the sites of the tracker's stacks count against what the program has allocated,
// by the function that did. Each such function is a section of its own, so that its range is known.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../check.h"

#define MIB (INT64_C(1) << 20)
#define ALLOCATOR(name) \
  __attribute__((noinline, noclone, section("in_" #name))) void* name(size_t bytes)
#define RANGE(name) extern const char __start_in_##name[], __stop_in_##name[];
RANGE(small)
RANGE(large)
RANGE(first)
RANGE(second)

// The call is not the last thing, so it is no jump.
ALLOCATOR(small) {
  return (char*)malloc(bytes) + 0 * errno;
}
ALLOCATOR(large) {
  return (char*)malloc(bytes) + 0 * errno;
}
ALLOCATOR(first) {
  return (char*)malloc(bytes) + 0 * errno;
}
ALLOCATOR(second) {
  return (char*)malloc(bytes) + 0 * errno;
}

static uintptr_t base_of(const void* address) {
  Dl_info info;
  return dladdr(address, &info) != 0 ? (uintptr_t)info.dli_fbase : 0;
}

// The sum of the sites with a frame between two addresses of the module `module`, whose first has `offset`.
static StageprofTrackerSite sum_of(uint32_t module, uint64_t offset, uint64_t bytes) {
  StageprofTrackerSite sum = {0};
  StageprofTrackerSite site;
  for (uint32_t index = 0; tracker != NULL && tracker->read_site(index, &site) == 0; ++index) {
    for (uint32_t frame = 0; frame < site.frames_count; ++frame) {
      const uint64_t at = site.frames[frame];
      if ((at >> 48 & 0x3FFF) != module || (at & 0xFFFFFFFFFFFF) - offset >= bytes) continue;
      sum.allocated_blocks += site.allocated_blocks;
      sum.allocated_bytes += site.allocated_bytes;
      sum.live_blocks += site.live_blocks;
      sum.live_bytes += site.live_bytes;
      sum.peak_bytes += site.peak_bytes;
      sum.stage = site.stage;
      break;
    }
  }
  return sum;
}

static StageprofTrackerSite sum_between(const char* start, const char* stop) {
  const uint32_t module = tracker != NULL ? tracker->find_module(start) : 0;
  return sum_of(module, (uintptr_t)start - base_of(start), (uint64_t)(stop - start));
}
#define SUM(name) sum_between(__start_in_##name, __stop_in_##name)

static int within(double expected, double found, double error) {
  return found > expected - error && found < expected + error;
}

static void estimate(void) {
  enum { kBlocks = 1000000 };
  static void* blocks[kBlocks];
  for (int i = 0; i < kBlocks; ++i) blocks[i] = small(100);
  void* const one = large(64 * MIB);
  const double bytes = (double)kBlocks * (double)malloc_usable_size(blocks[0]);
  const double rate = 524288;
  // Three standard deviations: each sampling point stands for `rate` bytes.
  const double error = 3 * __builtin_sqrt(bytes * rate);
  const StageprofTrackerSite many = SUM(small);
  check("bytes within three standard errors", 1, within(bytes, (double)many.live_bytes, error));
  check("blocks within three standard errors", 1,
        within(kBlocks, (double)many.live_blocks, error / (double)malloc_usable_size(blocks[0])));
  const StageprofTrackerSite single = SUM(large);
  check("the large block", (int64_t)malloc_usable_size(one), single.live_bytes);
  check("is one block", 1, single.live_blocks);
  for (int i = 0; i < kBlocks; ++i) free(blocks[i]);
  free(one);
  check("nothing of the small ones is left", 0, SUM(small).live_bytes);
  check("nothing of the large one is left", 0, SUM(large).live_bytes);
  check("but it was allocated", (int64_t)(64 * MIB) / MIB,
        (int64_t)SUM(large).allocated_bytes / MIB);
}

static void* release(void* block) {
  free(block);
  return NULL;
}

static void on_thread(void* (*function)(void*), void* argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, function, argument) != 0) _exit(98);
  pthread_join(thread, NULL);
}

static void* allocate(void* block) {
  *(void**)block = first(3 * MIB);
  return NULL;
}

static void owners(void) {
  void* block;
  on_thread(allocate, &block);
  check("of a thread that has ended", 3, SUM(first).live_bytes / MIB);
  on_thread(release, block);
  check("freed on another thread", 0, SUM(first).live_bytes);
  // Small blocks take the same address again and again; few of them are sampled.
  for (int i = 0; i < 200000; ++i) free(first(2000));
  check("after addresses were used again", 0, SUM(first).live_bytes);
  block = first(MIB);
  void* const grown = realloc(block, 2 * MIB);
  check("a block that realloc took", 0, SUM(first).live_bytes);
  void* const failed = realloc(grown, (size_t)1 << 62);
  check("a realloc that failed", 1, failed == NULL);
  free(grown);
  void* const kept = first(MIB);
  if (realloc(kept, (size_t)1 << 62) != NULL) _exit(97);
  check("is still that of its stack", 1, SUM(first).live_bytes / MIB);
  free(kept);
  void* const gone = first(MIB);
  // mimalloc returns a block.
  free(realloc(gone, 0));
  check("a realloc to nothing", 0, SUM(first).live_bytes);
}

static void peak(void) {
  void* blocks[300];
  for (int i = 0; i < 300; ++i) blocks[i] = first(MIB);
  const int64_t bytes = (int64_t)malloc_usable_size(blocks[0]);
  for (int i = 0; i < 300; ++i) free(blocks[i]);
  for (int i = 0; i < 200; ++i) blocks[i] = second(MIB);
  void* more[50];
  for (int i = 0; i < 50; ++i) more[i] = first(MIB);
  check("first at the peak", 300 * bytes, SUM(first).peak_bytes);
  check("second at the peak", 0, SUM(second).peak_bytes / MIB);
  check("first at the end", 50, SUM(first).live_bytes / MIB);
  check("second at the end", 200, SUM(second).live_bytes / MIB);
  for (int i = 0; i < 50; ++i) free(more[i]);
  for (int i = 0; i < 200; ++i) free(blocks[i]);
}

// More stacks than the tables have room for. Each bit of the number is a call of its own.
__attribute__((noinline, noclone)) static void* through(uint32_t path, int bits) {
  void* block;
  if (bits == 0) {
    block = first(MIB);
  } else if ((path & 1) != 0) {
    block = through(path >> 1, bits - 1);
    // The two calls are not one.
    errno = 0;
  } else {
    block = through(path >> 1, bits - 1);
  }
  return (char*)block + 0 * errno;
}

static void full(void) {
  enum { kStacks = 50000 };
  int64_t bytes = 0;
  for (uint32_t path = 0; path < kStacks; ++path) {
    void* const block = through(path, 16);
    bytes += (int64_t)malloc_usable_size(block);
    free(block);
  }
  StageprofTrackerSite site;
  uint32_t sites = 0;
  int64_t found = 0;
  int64_t without_stack = 0;
  int64_t live = 0;
  for (; tracker != NULL && tracker->read_site(sites, &site) == 0; ++sites) {
    found += (int64_t)site.allocated_bytes;
    if (sites == 0) without_stack = (int64_t)site.allocated_bytes;
    live += site.live_bytes != 0;
  }
  check("sites that have anything live", 1, live <= 1);
  check("most of the tables is used", 1, sites > 20000 && sites <= 32768);
  check("each block is counted, with a stack or without", 1, found >= bytes && found < bytes + MIB);
  check("some are without", 1, without_stack > MIB);
}

// Code of no module, with anything in rbp: push rbp; mov rbp, rsi; call rdx; pop rbp; ret.
static void without_module(void) {
  static const unsigned char kCode[] = {0x55, 0x48, 0x89, 0xF5, 0xFF, 0xD2, 0x5D, 0xC3};
  void* const code =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code == MAP_FAILED) _exit(96);
  memcpy(code, kCode, sizeof kCode);
  // The frame that rbp seems to be in, whose caller is at no address.
  volatile uint64_t frame[2] = {0, UINT64_C(0xDEADBEEFDEADBEEF)};
  void* (*const call)(size_t, volatile uint64_t*, void* (*)(size_t)) =
      (void* (*)(size_t, volatile uint64_t*, void* (*)(size_t)))code;
  void* const block = call(3 * MIB, frame, first);
  check("the block", 3, SUM(first).live_bytes / MIB);
  int64_t wrong = 0;
  StageprofTrackerSite site;
  StageprofTrackerModule module;
  for (uint32_t index = 0; tracker != NULL && tracker->read_site(index, &site) == 0; ++index) {
    for (uint32_t at = 0; at < site.frames_count; ++at) {
      const uint32_t number = (uint32_t)(site.frames[at] >> 48 & 0x3FFF);
      wrong += number != 0 && tracker->read_module(number, &module) != 0;
    }
  }
  check("frames of no module", 0, wrong);
  free(block);
  munmap(code, 4096);
}

static void stages(void) {
  static uint32_t stage;
  if (tracker != NULL) tracker->set_stage_word(&stage);
  stage = 7;
  void* const block = first(MIB);
  check("the stage that ran", 7, SUM(first).stage);
  if (tracker != NULL) tracker->set_stage_word(NULL);
  free(block);
}

// The frames of a library stay its own, though another one may lie at its address later.
static void unloading(char** libraries) {
  void* blocks[2];
  uint32_t modules[2] = {0, 0};
  uint64_t offset = 0;
  for (int i = 0; i < 2; ++i) {
    void* const library = dlopen(libraries[i], RTLD_NOW);
    if (library == NULL) _exit(95);
    void* (*const keep)(size_t) = (void* (*)(size_t))dlsym(library, "keep");
    blocks[i] = keep((size_t)(i + 1) * MIB);
    if (tracker != NULL) modules[i] = tracker->find_module((void*)keep);
    offset = (uintptr_t)keep - base_of((void*)keep);
    dlclose(library);
  }
  check("two modules", 1, modules[0] != modules[1]);
  check("of the first", 1, sum_of(modules[0], offset, 64).live_bytes / MIB);
  check("of the second", 2, sum_of(modules[1], offset, 64).live_bytes / MIB);
  free(blocks[0]);
  free(blocks[1]);
  check("of the first, freed", 0, sum_of(modules[0], offset, 64).live_bytes);
}

static volatile sig_atomic_t signals;
static void on_signal(int number) {
  (void)number;
  free(malloc(MIB));
  ++signals;
}

static void in_signals(void) {
  signal(SIGUSR1, on_signal);
  for (int i = 0; i < 1000; ++i) {
    raise(SIGUSR1);
    free(first(MIB));
  }
  check("signals", 1000, signals);
  check("nothing is left", 0, SUM(first).live_bytes);
}

// Threads go on while the tables are moved into a file, in which a child writes nothing.
static volatile int is_moved;
static void* allocate_meanwhile(void* kept) {
  int64_t blocks = 0;
  void** list = kept;
  while (!is_moved && blocks < 2000) list[blocks++] = second(MIB);
  return (void*)blocks;
}

static void moved(void) {
  static void* list[2000];
  void* const before = first(3 * MIB);
  pthread_t thread;
  if (pthread_create(&thread, NULL, allocate_meanwhile, list) != 0) _exit(98);
  uint64_t bytes = 0;
  const char* tables = NULL;
  FILE* const file = tmpfile();
  if (tracker != NULL) {
    tables = tracker->read_stack_tables(&bytes);
    check("a file", 0, posix_fallocate(fileno(file), 0, (off_t)bytes));
    check("is moved", 0, tracker->move_stack_tables(fileno(file)));
    check("once", 1, tracker->move_stack_tables(fileno(file)) != 0);
  }
  is_moved = 1;
  void* blocks;
  pthread_join(thread, &blocks);
  void* const after = first(2 * MIB);
  check("of before and after", 5, SUM(first).live_bytes / MIB);
  check("of a thread meanwhile", (int64_t)blocks, SUM(second).live_blocks);
  free(before);
  check("freed after the move", 2, SUM(first).live_bytes / MIB);
  const pid_t child = fork();
  if (child == 0) {
    free(first(MIB));
    free(after);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  check("whatever a child does", 2, SUM(first).live_bytes / MIB);
  static char copy[64];
  check("the same in the file", 64, pread(fileno(file), copy, 64, 0));
  check("as in memory", 0, tables == NULL ? 1 : memcmp(copy, tables, 64));
  for (int64_t i = 0; i < (int64_t)blocks; ++i) free(list[i]);
  free(after);
  fclose(file);
}

// Against an account of all blocks, one by one.
static void random_programs(void) {
  enum { kMost = 400 };
  static void* blocks[kMost];
  static int owner[kMost];
  int64_t live[2] = {0, 0};
  int64_t best[2] = {0, 0};
  int64_t highest = 0;
  int count = 0;
  uint64_t random = 88172645463325252u;
  for (int step = 0; step < 20000; ++step) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    const int grows = (int)(random % 100) < 50 + (step / 500) % 7 - 3;
    if (count == 0 || (grows && count < kMost)) {
      owner[count] = (int)(random >> 8 & 1);
      // Each has the rate or more, so it is in the sample and exact.
      const size_t bytes = 600000 + (random >> 16) % 100000;
      blocks[count] = owner[count] == 0 ? first(bytes) : second(bytes);
      live[owner[count]] += (int64_t)malloc_usable_size(blocks[count]);
      ++count;
      if (live[0] + live[1] > highest) {
        highest = live[0] + live[1];
        best[0] = live[0];
        best[1] = live[1];
      }
    } else {
      const int at = (int)(random >> 8) % count < 0 ? 0 : (int)((random >> 8) % (uint64_t)count);
      live[owner[at]] -= (int64_t)malloc_usable_size(blocks[at]);
      free(blocks[at]);
      --count;
      blocks[at] = blocks[count];
      owner[at] = owner[count];
    }
  }
  check("first, live", live[0], SUM(first).live_bytes);
  check("second, live", live[1], SUM(second).live_bytes);
  check("first at the peak", best[0], SUM(first).peak_bytes);
  check("second at the peak", best[1], SUM(second).peak_bytes);
  while (count > 0) free(blocks[--count]);
}

int main(int count, char** arguments) {
  (void)count;
  open_tracker();
  const char* const what = arguments[1];
  if (strcmp(what, "estimate") == 0) estimate();
  if (strcmp(what, "owners") == 0) owners();
  if (strcmp(what, "peak") == 0) peak();
  if (strcmp(what, "full") == 0) full();
  if (strcmp(what, "without-module") == 0) without_module();
  if (strcmp(what, "stages") == 0) stages();
  if (strcmp(what, "unloading") == 0) unloading(arguments + 2);
  if (strcmp(what, "signals") == 0) in_signals();
  if (strcmp(what, "moved") == 0) moved();
  if (strcmp(what, "random") == 0) random_programs();
  say("%s\n", what);
  return 0;
}
