/*
 * What does it cost to read the clocks of a pool's threads at a sample, compared with what a sample
 * reads already? For docs/pool.md:
 *
 *   cc -O2 -pthread -o /tmp/clocks_cost bench/pool/clocks_cost.c && /tmp/clocks_cost
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1024, BATCHES = 41, BATCH_NS = 4000000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static int ids[MOST];
static volatile int started;

/* Waits like a thread of the pool without work. */
static void* wait_for_work(void* unused) {
  ids[__sync_fetch_and_add(&started, 1)] = (int)syscall(SYS_gettid);
  pthread_mutex_lock(&mutex);
  for (;;) pthread_cond_wait(&work, &mutex);
  return unused;
}

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int threads;

static void read_pool(void) {
  struct timespec t;
  for (int index = 0; index < threads; ++index) {
    clock_gettime((clockid_t)((~(unsigned)ids[index] << 3) | 6), &t);
  }
}

static void read_own(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
}

static void read_usage(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
}

static int by_size(const void* left, const void* right) {
  const double a = *(const double*)left;
  const double b = *(const double*)right;
  return (a > b) - (a < b);
}

/* Median over short batches, because other programs of the machine disturb some of them. */
static double cost_ns(void (*reading)(void)) {
  double costs[BATCHES];
  for (int batch = 0; batch < BATCHES; ++batch) {
    const double start = now_ns();
    long readings = 0;
    do {
      reading();
      ++readings;
    } while (now_ns() - start < BATCH_NS);
    costs[batch] = (now_ns() - start) / (double)readings;
  }
  qsort(costs, BATCHES, sizeof *costs, by_size);
  return costs[BATCHES / 2];
}

int main(void) {
  static const int sizes[] = {4, 16, 64, 128, 1024};
  printf("| threads of the pool | their clocks | each | this thread's clock | getrusage |\n");
  printf("| --- | --- | --- | --- | --- |\n");
  for (size_t index = 0; index < sizeof sizes / sizeof *sizes; ++index) {
    while (threads < sizes[index]) {
      pthread_t thread;
      if (pthread_create(&thread, NULL, wait_for_work, NULL) != 0) return 1;
      ++threads;
    }
    while (started < threads) usleep(1000);
    usleep(50000);
    const double pool = cost_ns(read_pool);
    printf("| %d | %.0f ns | %.0f ns | %.0f ns | %.0f ns |\n", threads, pool, pool / threads,
           cost_ns(read_own), cost_ns(read_usage));
  }
  return 0;
}
