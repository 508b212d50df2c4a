#ifndef STAGEPROF_SUPPORT_LOCK_H_
#define STAGEPROF_SUPPORT_LOCK_H_

#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace stageprof {

// The lock of the addon, by futex(2). pthread_mutex_trylock cannot be used: glibc 2.34 gave it a
// new version, with which the addon would not load on RHEL 8. Zero-initialised memory is a free
// lock, so a static one needs no constructor.
class Lock {
 public:
  constexpr Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void Take() {
    if (TryTake()) return;
    // From here on the lock counts as waited for, even once this thread has it, since others may be
    // waiting.
    while (state_.exchange(kWaitedFor, std::memory_order_acquire) != kFree) {
      syscall(SYS_futex, &state_, FUTEX_WAIT_PRIVATE, kWaitedFor, nullptr, nullptr, 0);
    }
  }

  bool TryTake() {
    uint32_t free = kFree;
    return state_.compare_exchange_strong(free, kTaken, std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }

  void GiveBack() {
    if (state_.exchange(kFree, std::memory_order_release) != kWaitedFor) return;
    syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }

 private:
  enum : uint32_t { kFree, kTaken, kWaitedFor };

  std::atomic<uint32_t> state_{kFree};
};

// Takes a lock, and gives it back when the guard goes out of scope.
class Guard {
 public:
  explicit Guard(Lock* lock) : lock_(lock) { lock_->Take(); }
  ~Guard() { lock_->GiveBack(); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  Lock* const lock_;
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_LOCK_H_
