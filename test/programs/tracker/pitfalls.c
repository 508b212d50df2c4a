// pitfalls NAME: does something that a tracker can easily get wrong.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

#include "check.h"

static size_t usable(void* block) {
  return malloc_usable_size(block);
}

static volatile size_t huge = SIZE_MAX / 2;
static volatile size_t zero = 0;

static int frees_null(void) {
  const StageprofTrackerReading before = read_now();
  errno = 5;
  free(NULL);
  say("errno %d\n", errno);
  check_change("free", &before, 0, 0, 0, 0);
  return 0;
}

static int fails_to_allocate(void) {
  const StageprofTrackerReading before = read_now();
  void* aligned = &huge;
  void* blocks[] = {malloc(huge),        calloc(huge, 4),
                    realloc(NULL, huge), reallocarray(NULL, huge, 4),
                    memalign(64, huge),  valloc(huge)};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; ++i) say("%p ", blocks[i]);
  errno = 0;
  say("%d ", posix_memalign(&aligned, 64, huge));
  say("%d %d\n", errno, aligned == &huge);
  check_change("fail", &before, 0, 0, 0, 0);
  return 0;
}

static int fails_to_reallocate(void) {
  char* block = malloc(200000);
  strcpy(block, "kept");
  const StageprofTrackerReading before = read_now();
  errno = 0;
  void* result = realloc(block, huge);
  say("%p %d ", result, errno);
  errno = 0;
  result = reallocarray(block, huge, 3);
  say("%p %d %s\n", result, errno, block);
  check_change("fail", &before, 0, 0, 0, 0);
  const int64_t bytes = (int64_t)usable(block);
  free(block);
  check_change("free", &before, 0, 0, 1, bytes);
  return 0;
}

static int reallocates(void) {
  static const size_t sizes[] = {10, 12, 5000, 100, 300000, 2000000, 50};
  char* block = malloc(8);
  memcpy(block, "1234567", 8);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
    const int64_t old = (int64_t)usable(block);
    const StageprofTrackerReading before = read_now();
    block = realloc(block, sizes[i]);
    check_change("realloc", &before, 1, (int64_t)usable(block), 1, old);
    say("%s %zu\n", block, usable(block));
  }
  free(block);
  return 0;
}

// glibc and tcmalloc free the block. jemalloc and mimalloc return a new one.
static int reallocates_to_zero(void) {
  void* block = malloc(1000);
  const int64_t old = (int64_t)usable(block);
  const StageprofTrackerReading before = read_now();
  errno = 3;
  void* result = realloc(block, zero);
  say("null %d errno %d\n", result == NULL, errno);
  check_change("realloc", &before, result != NULL, (int64_t)usable(result), 1, old);
  free(result);
  return 0;
}

static int aligns_badly(void) {
  const StageprofTrackerReading before = read_now();
  void* block = &huge;
  errno = 9;
  const int three = posix_memalign(&block, 3, 8);
  const int two = posix_memalign(&block, 2, 8);
  say("%d %d errno %d untouched %d\n", three, two, errno, block == &huge);
  check_change("refuse", &before, 0, 0, 0, 0);
  block = memalign(24, 100);
  if (block != NULL) check_change("odd", &before, 1, (int64_t)usable(block), 0, 0);
  free(block);
  return 0;
}

static int forks(void) {
  void* block = malloc(100000);
  const int64_t bytes = (int64_t)usable(block);
  const StageprofTrackerReading before = read_now();
  const pid_t child = fork();
  if (child == 0) {
    check_change("inherited", &before, 0, 0, 0, 0);
    free(block);
    void* own = malloc(50000);
    check_change("child", &before, 1, (int64_t)usable(own), 1, bytes);
    _exit(own != NULL ? 11 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  say("child exited %d with %d\n", WIFEXITED(status), WEXITSTATUS(status));
  check_change("parent", &before, 0, 0, 0, 0);
  free(block);
  return 0;
}

static int executes(void) {
  const pid_t child = vfork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", "echo from a shell; exit 3", (char*)NULL);
    _exit(99);
  }
  int status = 0;
  waitpid(child, &status, 0);
  say("shell exited with %d\n", WEXITSTATUS(status));
  const StageprofTrackerReading before = read_now();
  free(malloc(1));
  check("blocks", 1, (int64_t)(read_now().allocated_blocks - before.allocated_blocks));
  return 4;
}

static int leaves_no_error(void) {
  const char* error = dlerror();
  say("%s\n", error != NULL ? error : "none");
  open_tracker();
  check("ran", 1, read_now().allocated_blocks > 0);
  return 0;
}

static int aborts(void) {
  free(malloc(1));
  check("ran", 1, read_now().allocated_blocks > 0);
  abort();
}

static int exits_late(void);
static void at_exit(void) {
  const StageprofTrackerReading before = read_now();
  void* block = malloc(123);
  check_change("at exit", &before, 1, (int64_t)usable(block), 0, 0);
  free(block);
  say("at exit\n");
}
static int exits_late(void) {
  atexit(at_exit);
  return 6;
}

int main(int count, char** arguments) {
  static const struct {
    const char* name;
    int (*run)(void);
  } pitfalls[] = {{"free-null", frees_null},
                  {"allocation-fails", fails_to_allocate},
                  {"realloc-fails", fails_to_reallocate},
                  {"realloc", reallocates},
                  {"realloc-zero", reallocates_to_zero},
                  {"bad-alignment", aligns_badly},
                  {"fork", forks},
                  {"vfork-exec", executes},
                  {"dlerror", leaves_no_error},
                  {"abort", aborts},
                  {"at-exit", exits_late}};
  // Without the tracker, open_tracker sets an error that dlerror would return.
  if (count == 2 && strcmp(arguments[1], "dlerror") != 0) open_tracker();
  for (size_t i = 0; count == 2 && i < sizeof pitfalls / sizeof *pitfalls; ++i) {
    if (strcmp(pitfalls[i].name, arguments[1]) == 0) return pitfalls[i].run();
  }
  return 2;
}
