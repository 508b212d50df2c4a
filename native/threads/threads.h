#ifndef STAGEPROF_THREADS_THREADS_H_
#define STAGEPROF_THREADS_THREADS_H_

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "../support/failure.h"

namespace stageprof {

// What a thread was doing when it was looked at.
enum class Waits : uint8_t { kNot, kForEvents, kForMemory };

struct Thread {
  int32_t id;
  // Since the thread was started.
  double cpu_ns;
  // As the kernel keeps it: at most 15 bytes. A thread that nobody named has that of its maker.
  char name[16];
  Waits waits;
  // Address of the futex; 0 unless it waits for memory.
  uint64_t waits_at;
  // That address lies in the data of the module that holds libuv: a variable, not a block of
  // malloc.
  bool waits_in_libuv;
};

// Clock id of the CPU time of a thread of this process; what pthread_getcpuclockid makes of a
// pthread_t, which cannot be had from a thread id. See CPUCLOCK_PERTHREAD and CPUCLOCK_SCHED in
// the kernel's posix-timers.h.
inline clockid_t CpuClockOf(int32_t thread_id) {
  return static_cast<clockid_t>((~static_cast<uint32_t>(thread_id) << 3) | 6);
}

// The threads of this process, in the order in which they were made: that of /proc/self/task. Reads
// when asked and holds nothing open; never at a sample.
class Threads {
 public:
  static constexpr size_t kMost = 8192;

  // Ids and CPU time only: 1 us a thread.
  size_t ReadClocks(Thread* threads, size_t most);
  // What tells threads apart as well: 6 us a thread more.
  size_t Read(Thread* threads, size_t most);

  const Failure& failure() const { return failure_; }

 private:
  Failure failure_;
};

}  // namespace stageprof

#endif  // STAGEPROF_THREADS_THREADS_H_
