#include "js_threads.h"

#include "../support/clocks.h"
#include "../support/lock.h"
#include "../support/thread_id.h"

namespace stageprof {

namespace {

// Threads beyond this number are not told apart from others.
constexpr size_t kLiveThreads = 1024;

// Guards all of the following. It is taken when a thread starts and when it ends, and for each
// list of threads.
Lock lock;
int32_t live[kLiveThreads];
size_t live_count = 0;
EndedThread kept[kEndedThreads];
size_t kept_count = 0;
EndedThread rest = {0, 0};

}  // namespace

void AddJsThread() {
  const int32_t id = ThisThreadId();
  const Guard guard(&lock);
  if (live_count < kLiveThreads) live[live_count++] = id;
}

void RemoveJsThread() {
  const int32_t id = ThisThreadId();
  const double cpu_ns = ReadClockNs(CLOCK_THREAD_CPUTIME_ID);
  const Guard guard(&lock);
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
  const Guard guard(&lock);
  for (size_t index = 0; index < live_count; ++index) {
    if (live[index] == id) return true;
  }
  return false;
}

size_t CopyEndedJsThreads(EndedThread* ended) {
  const Guard guard(&lock);
  for (size_t index = 0; index < kept_count; ++index) ended[index] = kept[index];
  if (rest.cpu_ns == 0) return kept_count;
  ended[kept_count] = rest;
  return kept_count + 1;
}

}  // namespace stageprof
