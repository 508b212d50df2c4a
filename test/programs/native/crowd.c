// Preloaded into a program. It starts CROWD threads that wait, as a program with large pools has them. getrusage of the
// process takes DEAR_US of CPU more, as with many threads more, and is counted. mallinfo2 takes DEAR_HEAP_US more, as on a
// heap with many free chunks. Where NO_TIMER is set, the process gets
// no timers, as in some sandboxes. Counts are written to descriptor 3 at the end.
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long process_calls;
static long thread_calls;
static long timers;
static double spent_ns;
static double dear_ns;
static double dear_heap_ns;
static pid_t owner;
static pthread_t first_thread;

static double now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static void use_cpu(double ns) {
  const double began_ns = now_ns();
  while (now_ns() < began_ns + ns) continue;
}

// glibc's struct, which the headers of an older glibc lack.
struct heap_info {
  size_t words[10];
};

struct heap_info mallinfo2(void) {
  static struct heap_info (*next)(void);
  if (next == NULL) next = (struct heap_info(*)(void))dlsym(RTLD_NEXT, "mallinfo2");
  use_cpu(dear_heap_ns);
  return next();
}

// Calls of the recorder's thread, which has a budget of its own, are not counted.
int getrusage(__rusage_who_t who, struct rusage* usage) {
  const int is_first = pthread_equal(pthread_self(), first_thread);
  if (who == RUSAGE_THREAD && is_first) ++thread_calls;
  if (who != RUSAGE_SELF || !is_first) return syscall(SYS_getrusage, who, usage);
  ++process_calls;
  const double began_ns = now_ns();
  use_cpu(dear_ns);
  const int result = syscall(SYS_getrusage, who, usage);
  spent_ns += now_ns() - began_ns;
  return result;
}

long syscall(long number, ...) {
  static long (*next)(long, ...);
  if (next == NULL) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  va_list list;
  va_start(list, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_timer_create) {
    if (getenv("NO_TIMER") != NULL) {
      errno = EPERM;
      return -1;
    }
    ++timers;
  }
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void* wait_for_ever(void* nothing) {
  for (;;) pause();
  return nothing;
}

static long number_in(const char* variable) {
  const char* text = getenv(variable);
  return text == NULL ? 0 : atol(text);
}

__attribute__((constructor)) static void begin(void) {
  owner = getpid();
  first_thread = pthread_self();
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  for (long i = number_in("CROWD"); i > 0; --i) {
    pthread_t thread;
    if (pthread_create(&thread, &small, wait_for_ever, NULL) != 0) abort();
  }
  dear_ns = number_in("DEAR_US") * 1e3;
  dear_heap_ns = number_in("DEAR_HEAP_US") * 1e3;
}

__attribute__((destructor)) static void tell(void) {
  if (getpid() != owner) return;
  dprintf(3, "{\"processCalls\":%ld,\"threadCalls\":%ld,\"timers\":%ld,\"spentNs\":%.0f}",
          process_calls, thread_calls, timers, spent_ns);
}
