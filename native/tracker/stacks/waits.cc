#include "waits.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "origins.h"
#include "waiting_words.h"

namespace stageprof_tracker {

namespace {

struct {
  int (*cond_wait)(pthread_cond_t*, pthread_mutex_t*);
  int (*cond_timedwait)(pthread_cond_t*, pthread_mutex_t*, const timespec*);
  int (*cond_clockwait)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
  int (*cond_signal)(pthread_cond_t*);
  int (*cond_broadcast)(pthread_cond_t*);
  int (*sem_wait)(sem_t*);
  int (*sem_timedwait)(sem_t*, const timespec*);
  int (*sem_trywait)(sem_t*);
  int (*sem_post)(sem_t*);
  // It takes as many arguments as the call has; reading six is what libc does.
  long (*system_call)(long, long, long, long, long, long, long);
} real;

// A wait of the calling thread, which may be woken from then on.
class Waiting {
 public:
  explicit Waiting(const void* word) : word_(word), is_known_(Wait(word)) {}
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  void End(bool is_woken) const {
    const int error = errno;
    TakeOver(is_known_ ? Take(word_, is_woken) : Run{0, 0});
    errno = error;
  }

 private:
  const void* const word_;
  const bool is_known_;
};

int CondWait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  const Waiting waiting(condition);
  const int error = real.cond_wait(condition, mutex);
  waiting.End(error == 0);
  return error;
}

int CondTimedWait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
  const Waiting waiting(condition);
  const int error = real.cond_timedwait(condition, mutex, until);
  waiting.End(error == 0);
  return error;
}

int CondClockWait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                  const timespec* until) {
  const Waiting waiting(condition);
  const int error = real.cond_clockwait(condition, mutex, clock, until);
  waiting.End(error == 0);
  return error;
}

int CondSignal(pthread_cond_t* condition) {
  Leave(condition, 1);
  return real.cond_signal(condition);
}

int CondBroadcast(pthread_cond_t* condition) {
  Leave(condition, UINT32_MAX);
  return real.cond_broadcast(condition);
}

// A semaphore may have been raised before: who did is not known.
int SemWait(sem_t* semaphore) {
  const Waiting waiting(semaphore);
  const int result = real.sem_wait(semaphore);
  waiting.End(result == 0);
  return result;
}

int SemTimedWait(sem_t* semaphore, const timespec* until) {
  const Waiting waiting(semaphore);
  const int result = real.sem_timedwait(semaphore, until);
  waiting.End(result == 0);
  return result;
}

int SemTryWait(sem_t* semaphore) {
  const int result = real.sem_trywait(semaphore);
  if (result == 0) TakeOver(kNoOrigin);
  return result;
}

int SemPost(sem_t* semaphore) {
  Leave(semaphore, 1);
  return real.sem_post(semaphore);
}

// GLib and Rust give a mutex the value 2 while others wait for it.
constexpr uint32_t kContended = 2;

long SystemCall(long number, long a, long b, long c, long d, long e, long f) {
  if (number != SYS_futex) return real.system_call(number, a, b, c, d, e, f);
  const auto* const word = reinterpret_cast<const void*>(a);
  const int command = static_cast<int>(b) & FUTEX_CMD_MASK;
  const bool is_wait = command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
  if (is_wait && static_cast<uint32_t>(c) == kContended) {
    const WaitForLock wait;
    return real.system_call(number, a, b, c, d, e, f);
  }
  if (is_wait) {
    const Waiting waiting(word);
    const long result = real.system_call(number, a, b, c, d, e, f);
    waiting.End(result == 0);
    return result;
  }
  if (command != FUTEX_WAKE && command != FUTEX_WAKE_BITSET) {
    return real.system_call(number, a, b, c, d, e, f);
  }
  const uint32_t left = Leave(word, static_cast<uint32_t>(c));
  const long woken = real.system_call(number, a, b, c, d, e, f);
  if (woken >= 0 && left > woken) Withdraw(word, left - static_cast<uint32_t>(woken));
  return woken;
}

template <typename Function>
void Find(const char* name, Function* found, Function wrapper, ReboundFunction** function) {
  if (FindReal(name, found, wrapper, *function)) ++*function;
}

}  // namespace

uint32_t FindWaitingFunctions(ReboundFunction* functions) {
  ReboundFunction* next = functions;
  Find("pthread_cond_wait", &real.cond_wait, CondWait, &next);
  Find("pthread_cond_timedwait", &real.cond_timedwait, CondTimedWait, &next);
  Find("pthread_cond_clockwait", &real.cond_clockwait, CondClockWait, &next);
  Find("pthread_cond_signal", &real.cond_signal, CondSignal, &next);
  Find("pthread_cond_broadcast", &real.cond_broadcast, CondBroadcast, &next);
  Find("sem_wait", &real.sem_wait, SemWait, &next);
  Find("sem_timedwait", &real.sem_timedwait, SemTimedWait, &next);
  Find("sem_trywait", &real.sem_trywait, SemTryWait, &next);
  Find("sem_post", &real.sem_post, SemPost, &next);
  Find("syscall", &real.system_call, SystemCall, &next);
  return static_cast<uint32_t>(next - functions);
}

}  // namespace stageprof_tracker
