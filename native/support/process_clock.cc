#include "process_clock.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "descriptors.h"
#include "lock.h"

namespace stageprof {

namespace {

enum class State { kUnknown, kArmed, kRefused };

Lock lock;
State state = State::kUnknown;  // guarded by `lock`

// More than a century, and less than what the kernel takes for no time at all.
constexpr time_t kExpiresAfterSeconds = 4000000000;

// The file names CPUs, or says "(null)" or nothing.
bool HasTicklessCpus() {
  const int file = OpenAside("/sys/devices/system/cpu/nohz_full", O_RDONLY);
  if (file < 0) return false;
  char text[64];
  const ssize_t size = read(file, text, sizeof text);
  close(file);
  for (ssize_t at = 0; at < size; ++at) {
    if (isdigit(static_cast<unsigned char>(text[at]))) return true;
  }
  return false;
}

// By the numbers of the calls, because libc's functions are symbols of glibc 2.34 or of librt. From
// Linux 6.12 on, a timer without a signal is not armed. SIGURG is ignored by default.
bool MakeTimer() {
  sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGURG;
  int timer = 0;
  if (syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &event, &timer) != 0) return false;
  itimerspec time = {};
  time.it_value.tv_sec = kExpiresAfterSeconds;
  if (syscall(SYS_timer_settime, timer, 0, &time, nullptr) == 0) return true;
  syscall(SYS_timer_delete, timer);
  return false;
}

}  // namespace

bool ArmProcessClock() {
  const int before = errno;
  lock.Take();
  if (state == State::kUnknown) {
    state = !HasTicklessCpus() && MakeTimer() ? State::kArmed : State::kRefused;
  }
  const bool is_armed = state == State::kArmed;
  lock.GiveBack();
  errno = before;
  return is_armed;
}

}  // namespace stageprof
