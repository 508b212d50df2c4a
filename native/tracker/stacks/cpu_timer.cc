#include "cpu_timer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "../../support/thread_id.h"

namespace stageprof_tracker {

namespace {

constexpr uint64_t kSecond = 1000000000;

timespec TimeOf(uint64_t ns) {
  return {static_cast<time_t>(ns / kSecond), static_cast<long>(ns % kSecond)};
}

// The number at the start of a text, and the text behind it.
int TakeNumber(const char** text) {
  int number = 0;
  for (; **text >= '0' && **text <= '9'; ++*text) number = number * 10 + (**text - '0');
  return number;
}

}  // namespace

int MakeCpuTimer(int32_t thread, int signal, void* data, uint64_t first_ns, uint64_t period_ns) {
  const int error = errno;
  // The kernel's struct, with its member for the thread, which libc's headers name in different ways.
  struct {
    void* data;
    int signal;
    int notify;
    int32_t thread;
    char rest[44];
  } event;
  static_assert(sizeof event == 64, "as the kernel has it");
  constexpr int kNotifyThread = 4;
  memset(&event, 0, sizeof event);
  event.data = data;
  event.signal = signal;
  event.notify = kNotifyThread;
  event.thread = thread;
  int timer = kNoTimer;
  if (syscall(SYS_timer_create, stageprof::CpuClockOf(thread), &event, &timer) != 0) {
    timer = kNoTimer;
  } else {
    const itimerspec times = {TimeOf(period_ns), TimeOf(first_ns)};
    if (syscall(SYS_timer_settime, timer, 0, &times, nullptr) != 0) {
      DeleteCpuTimer(timer);
      timer = kNoTimer;
    }
  }
  errno = error;
  return timer;
}

void DeleteCpuTimer(int timer) {
  const int error = errno;
  syscall(SYS_timer_delete, timer);
  errno = error;
}

bool ReadCpuClock(int32_t thread, uint64_t* ns) {
  const int error = errno;
  timespec time;
  const bool is_read = syscall(SYS_clock_gettime, stageprof::CpuClockOf(thread), &time) == 0;
  errno = error;
  if (is_read)
    *ns = static_cast<uint64_t>(time.tv_sec) * kSecond + static_cast<uint64_t>(time.tv_nsec);
  return is_read;
}

const char* CpuTimersMissing() {
  utsname system;
  if (uname(&system) != 0) return "the kernel does not tell its version";
  const char* text = system.release;
  const int major = TakeNumber(&text);
  if (*text == '.') ++text;
  const int minor = TakeNumber(&text);
  const bool is_late = major > 5 || (major == 5 && minor >= 10);
  return is_late ? nullptr : "before Linux 5.10 timers of threads interrupt system calls";
}

}  // namespace stageprof_tracker
