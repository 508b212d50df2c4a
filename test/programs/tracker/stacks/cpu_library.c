// A library of an addon: it makes threads and handles signals by imports of its own.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double own_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

__attribute__((noinline)) void library_work(double ms) {
  const double begun = own_ms();
  while (own_ms() - begun < ms) {
    for (volatile int i = 0; i < 2000; ++i) {
    }
  }
}

static void* run(void* ms) {
  library_work(*(double*)ms);
  return NULL;
}

// The tracker looks at the imports of a library when it allocates.
void library_begin(void) {
  free(malloc(100));
}

int library_threads(int count, double ms) {
  enum { kAtOnce = 8 };
  int made = 0;
  while (made < count) {
    pthread_t threads[kAtOnce];
    int begun = 0;
    for (; begun < kAtOnce && made < count; ++begun, ++made) {
      if (pthread_create(&threads[begun], NULL, run, &ms) != 0) return -1;
    }
    for (int i = 0; i < begun; ++i) pthread_join(threads[i], NULL);
  }
  return made;
}

// Returns whether nothing has handled the signal before.
int library_handle(int number, void (*handler)(int)) {
  struct sigaction action;
  struct sigaction before;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  if (sigaction(number, &action, &before) != 0) return -1;
  return before.sa_handler == SIG_DFL;
}

// Returns whether nothing handles the signal.
int library_ask(int number) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) != 0) return -1;
  return action.sa_handler == SIG_DFL;
}
