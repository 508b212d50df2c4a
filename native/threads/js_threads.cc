#include "js_threads.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../support/clocks.h"

namespace stageprof {

namespace {

// Beyond it a thread counts among those that are not told apart.
constexpr size_t kLiveThreads = 1024;

// Guards all below. Taken once in the life of a thread and for each list of threads.
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int32_t live[kLiveThreads];
size_t live_count = 0;
EndedThread kept[kEndedThreads];
size_t kept_count = 0;
EndedThread rest = {0, 0};

class Guard {
 public:
  Guard() { pthread_mutex_lock(&lock); }
  ~Guard() { pthread_mutex_unlock(&lock); }
};

// gettid() is not in the C library of RHEL 8.
int32_t CallingThread() {
  return static_cast<int32_t>(syscall(SYS_gettid));
}

}  // namespace

void AddJsThread() {
  const int32_t id = CallingThread();
  Guard guard;
  if (live_count < kLiveThreads) live[live_count++] = id;
}

void RemoveJsThread() {
  const int32_t id = CallingThread();
  ThreadClock clock;
  const double cpu_ns = clock.ReadNs();
  Guard guard;
  for (size_t index = 0; index < live_count; ++index) {
    if (live[index] != id) continue;
    live[index] = live[--live_count];
    if (cpu_ns != cpu_ns) return;
    if (kept_count < kEndedThreads) {
      kept[kept_count++] = {id, cpu_ns};
    } else {
      rest.cpu_ns += cpu_ns;
    }
    return;
  }
}

bool IsJsThread(int32_t id) {
  Guard guard;
  for (size_t index = 0; index < live_count; ++index) {
    if (live[index] == id) return true;
  }
  return false;
}

size_t CopyEndedJsThreads(EndedThread* ended) {
  Guard guard;
  for (size_t index = 0; index < kept_count; ++index) ended[index] = kept[index];
  if (rest.cpu_ns == 0) return kept_count;
  ended[kept_count] = rest;
  return kept_count + 1;
}

}  // namespace stageprof
