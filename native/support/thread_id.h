#ifndef STAGEPROF_SUPPORT_THREAD_ID_H_
#define STAGEPROF_SUPPORT_THREAD_ID_H_

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace stageprof {

// The kernel's id of the calling thread. gettid() is not in the C library of RHEL 8.
inline int32_t ThisThreadId() {
  return static_cast<int32_t>(syscall(SYS_gettid));
}

// The clock of the CPU time of a thread of this process. pthread_getcpuclockid returns the same,
// but it needs a pthread_t, which a thread id does not give, and glibc 2.34 gave it a new version.
// See CPUCLOCK_PERTHREAD and CPUCLOCK_SCHED in the kernel's posix-timers.h.
inline clockid_t CpuClockOf(int32_t thread_id) {
  constexpr clockid_t kPerThreadScheduled = 6;
  return static_cast<clockid_t>((~static_cast<uint32_t>(thread_id)) << 3) | kPerThreadScheduled;
}

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_THREAD_ID_H_
