#include "cpu_threads.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cpu_counts.h"
#include "cpu_timer.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kOrdered = std::memory_order_seq_cst;

constexpr uint32_t kEntries = 4096;
constexpr uint32_t kProbes = 64;
CpuThread threads[kEntries];

// The id of an entry that is about to be free.
constexpr int32_t kForgetting = -1;

// A thread that has used as much as so many samples stand for, and was met by none, runs no JS: it takes no
// signals.
constexpr uint64_t kMostUnmet = 20;

// Each timer takes one of the signals that may wait for the processes of a user, and so many that the
// program could miss them are not taken.
constexpr uint32_t kShareOfSignals = 4;

int signal_number = 0;
uint64_t period_ns = 0;
// What a thread is called that nobody has given a name.
TaskName main_name = {};
uint32_t most_followed = 0;
// The process that follows its threads; 0 for none. A child of fork has no timers.
std::atomic<int32_t> owner{0};
std::atomic<uint32_t> followed{0};
std::atomic<uint64_t> failed{0};
std::atomic<uint64_t> blocked{0};

// While entries are taken. It is held for less than a microsecond.
std::atomic<bool> is_taking{false};
// While threads are looked at.
std::atomic<bool> is_looking{false};
std::atomic<uint32_t> looks{0};

int32_t ThisProcess() {
  return static_cast<int32_t>(syscall(SYS_getpid));
}

int32_t ThisThread() {
  return static_cast<int32_t>(syscall(SYS_gettid));
}

bool IsOwner() {
  const int32_t process = owner.load(kRelaxed);
  return process != 0 && process == ThisProcess();
}

// Nobody waits long: whoever holds it may have been stopped.
bool Take(std::atomic<bool>* lock) {
  constexpr int kMostYields = 1000;
  for (int yields = 0; yields < kMostYields; ++yields) {
    if (!lock->exchange(true, std::memory_order_acquire)) return true;
    syscall(SYS_sched_yield);
  }
  return false;
}

void GiveBack(std::atomic<bool>* lock) {
  lock->store(false, std::memory_order_release);
}

CpuThread* EntryAt(int32_t id, uint32_t probe) {
  return &threads[(static_cast<uint32_t>(id) * 2654435761u + probe) % kEntries];
}

CpuThread* Find(int32_t id) {
  for (uint32_t probe = 0; probe < kProbes; ++probe) {
    CpuThread* const thread = EntryAt(id, probe);
    if (thread->id.load(std::memory_order_acquire) == id) return thread;
  }
  return nullptr;
}

// The entry of a thread that had none. Null where it has one meanwhile, and where there is no room.
CpuThread* Make(int32_t id) {
  if (!Take(&is_taking)) return nullptr;
  CpuThread* made = nullptr;
  for (uint32_t probe = 0; Find(id) == nullptr && made == nullptr && probe < kProbes; ++probe) {
    CpuThread* const thread = EntryAt(id, probe);
    if (thread->id.load(kRelaxed) == 0) made = thread;
  }
  if (made != nullptr) {
    made->timer.store(kNoTimer, kRelaxed);
    made->name.store(kOtherCpuName, kRelaxed);
    made->samples.store(0, kRelaxed);
    made->runs_js.store(false, kRelaxed);
    made->seen_ns.store(0, kRelaxed);
    made->found_ns.store(0, kRelaxed);
    made->unnamed_ns.store(0, kRelaxed);
    made->due_ns = 0;
    made->is_blocked = false;
    made->has_failed.store(false, kRelaxed);
    made->has_ended.store(false, kRelaxed);
    made->look.store(looks.load(kRelaxed), kRelaxed);
    // Either whoever ends all timers sees the entry, or `StartTimer` sees that they are being ended.
    made->id.store(id, kOrdered);
  }
  GiveBack(&is_taking);
  return made;
}

// Threads that do little are met as often as their share of CPU wants it only if the first sample of each comes at
// a random time.
uint64_t FirstNs() {
  static std::atomic<uint64_t> state{0};
  uint64_t random = state.fetch_add(UINT64_C(0x9E3779B97F4A7C15), kRelaxed);
  random = (random ^ (random >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  random = (random ^ (random >> 27)) * UINT64_C(0x94D049BB133111EB);
  return 1 + (random ^ (random >> 31)) % period_ns;
}

void EndTimer(CpuThread* thread) {
  const int timer = thread->timer.exchange(kNoTimer, kOrdered);
  if (timer == kNoTimer) return;
  DeleteCpuTimer(timer);
  followed.fetch_sub(1, kRelaxed);
}

void StartTimer(CpuThread* thread, int32_t id) {
  if (followed.fetch_add(1, kRelaxed) < most_followed) {
    const int timer = MakeCpuTimer(id, signal_number, thread, FirstNs(), period_ns);
    if (timer != kNoTimer) {
      // It may have ended meanwhile, and another thread have the entry and a timer: either this sees that, or
      // whoever forgets it sees the timer.
      int none = kNoTimer;
      if (!thread->timer.compare_exchange_strong(none, timer, kOrdered)) {
        DeleteCpuTimer(timer);
        followed.fetch_sub(1, kRelaxed);
      } else if (thread->id.load(kOrdered) != id || owner.load(kOrdered) == 0) {
        EndTimer(thread);
      }
      return;
    }
  }
  followed.fetch_sub(1, kRelaxed);
  uint64_t now;
  const bool lives = ReadCpuClock(id, &now);
  if (lives && !thread->has_failed.exchange(true, kRelaxed)) failed.fetch_add(1, kRelaxed);
}

void Account(CpuThread* thread, uint64_t now) {
  // The thread itself may account for more meanwhile.
  uint64_t before = thread->seen_ns.load(kRelaxed);
  do {
    if (now <= before) return;
  } while (!thread->seen_ns.compare_exchange_weak(before, now, kRelaxed));
  if (thread->runs_js.load(kRelaxed)) return;
  const uint64_t used = now - before;
  thread->unnamed_ns.fetch_add(used, kRelaxed);
  const bool may_run_js = thread->samples.load(kRelaxed) == 0 && !thread->is_blocked;
  if (may_run_js && now - thread->found_ns.load(kRelaxed) < kMostUnmet * period_ns) return;
  AddCpuTime(thread->name.load(kRelaxed), thread->unnamed_ns.exchange(0, kRelaxed));
}

// What ends without a sample has run no JS: to start an isolate takes longer.
void Forget(CpuThread* thread) {
  int32_t id = thread->id.load(kRelaxed);
  if (id <= 0 || !thread->id.compare_exchange_strong(id, kForgetting, kOrdered)) return;
  EndTimer(thread);
  const uint64_t unnamed = thread->unnamed_ns.exchange(0, kRelaxed);
  if (!thread->runs_js.load(kRelaxed) && unnamed > 0) {
    AddCpuTime(thread->name.load(kRelaxed), unnamed);
  }
  thread->id.store(0, std::memory_order_release);
}

// Makes the timer of a thread that has none: at once where it is new, and again after each two samples' worth of
// CPU, since threads take no signals at first.
void TryAgain(CpuThread* thread, int32_t id, uint64_t now) {
  if (now < thread->due_ns || thread->timer.load(kRelaxed) != kNoTimer) return;
  if (thread->has_ended.load(kRelaxed)) return;
  thread->due_ns = now + 2 * period_ns;
  if (thread->runs_js.load(kRelaxed)) return;
  if (TakesSignal(id, signal_number)) {
    StartTimer(thread, id);
  } else if (!thread->is_blocked) {
    thread->is_blocked = true;
    blocked.fetch_add(1, kRelaxed);
  }
}

// A thread inherits the name of its maker.
uint32_t NumberOf(const TaskName& name) {
  return FindCpuName(strcmp(name.text, main_name.text) == 0 ? "(unnamed)" : name.text);
}

void Name(CpuThread* thread, int32_t id) {
  TaskName name;
  ReadTaskName(id, &name);
  thread->name.store(NumberOf(name), kRelaxed);
  // Threads that sample others for the profiler itself.
  if (IsOwnTaskName(name.text)) thread->runs_js.store(true, kRelaxed);
}

struct Look {
  uint32_t number;
  bool is_first;
};

void LookAt(int32_t id, const Look& look) {
  uint64_t now;
  if (!ReadCpuClock(id, &now)) return;
  CpuThread* thread = Find(id);
  // Another thread has the id: no clock falls.
  if (thread != nullptr && now < thread->seen_ns.load(kRelaxed)) {
    Forget(thread);
    thread = nullptr;
  }
  if (thread == nullptr) {
    thread = Make(id);
    if (thread == nullptr) return;
    Name(thread, id);
    thread->found_ns.store(now, kRelaxed);
    // What it has used before is not in the samples.
    if (look.is_first) thread->seen_ns.store(now, kRelaxed);
  }
  thread->look.store(look.number, kRelaxed);
  Account(thread, now);
  TryAgain(thread, id, now);
}

void ForgetAll() {
  for (CpuThread& thread : threads) {
    if (thread.id.load(kOrdered) != 0) Forget(&thread);
  }
}

}  // namespace

void OpenCpuThreads(int signal, uint32_t hz) {
  constexpr uint64_t kSecond = 1000000000;
  signal_number = signal;
  period_ns = kSecond / hz;
  rlimit limit;
  most_followed = kEntries;
  if (getrlimit(RLIMIT_SIGPENDING, &limit) == 0 && limit.rlim_cur / kShareOfSignals < kEntries) {
    most_followed = static_cast<uint32_t>(limit.rlim_cur / kShareOfSignals);
  }
  looks.store(0, kRelaxed);
  ReadTaskName(ThisProcess(), &main_name);
  owner.store(ThisProcess(), std::memory_order_release);
  LookAtCpuThreads();
}

void CloseCpuThreads() {
  if (!IsOwner()) return;
  LookAtCpuThreads();
  owner.store(0, kOrdered);
  ForgetAll();
}

void LookAtCpuThreads() {
  if (!IsOwner() || is_looking.exchange(true, std::memory_order_acquire)) return;
  const uint32_t number = looks.fetch_add(1, kRelaxed) + 1;
  const Look look = {number, number == 1};
  const int32_t main_thread = ThisProcess();
  const bool are_all = VisitTasks([&look, main_thread](int32_t id) {
    if (id != main_thread && owner.load(kOrdered) != 0) LookAt(id, look);
  });
  for (CpuThread& thread : threads) {
    if (!are_all || thread.id.load(std::memory_order_acquire) == 0) continue;
    // One that has taken its entry meanwhile has the number of this look or of the one before.
    if (number - thread.look.load(kRelaxed) > 1) Forget(&thread);
  }
  // Closed meanwhile: what this look has made goes too.
  if (owner.load(kOrdered) == 0) ForgetAll();
  GiveBack(&is_looking);
}

void FollowThisThread() {
  if (owner.load(kRelaxed) == 0 || !IsOwner()) return;
  const int error = errno;
  const int32_t id = ThisThread();
  // One that has ended had the same id.
  CpuThread* const former = Find(id);
  if (former != nullptr && former->has_ended.load(kRelaxed)) Forget(former);
  CpuThread* const thread = Make(id);
  if (thread != nullptr && TakesSignalHere(signal_number)) StartTimer(thread, id);
  errno = error;
}

void UnfollowThisThread() {
  if (owner.load(kRelaxed) == 0 || !IsOwner()) return;
  const int error = errno;
  const int32_t id = ThisThread();
  CpuThread* const thread = Find(id);
  uint64_t now;
  if (thread != nullptr && ReadCpuClock(id, &now)) {
    if (thread->samples.load(kRelaxed) == 0) Name(thread, id);
    Account(thread, now);
    // It still runs for a moment. Without an entry a look would take it for a new thread, and count all of its CPU.
    thread->has_ended.store(true, kRelaxed);
    EndTimer(thread);
  }
  errno = error;
}

CpuThread* FindCpuThread(void* data) {
  auto* const thread = static_cast<CpuThread*>(data);
  if (!IsOwner() || thread->runs_js.load(kRelaxed)) return nullptr;
  return thread->id.load(kRelaxed) == ThisThread() ? thread : nullptr;
}

bool IsOfCpuThreads(const void* data) {
  return data >= threads && data < threads + kEntries;
}

void LeaveOut(CpuThread* thread) {
  thread->runs_js.store(true, kRelaxed);
  EndTimer(thread);
}

uint32_t NoteSample(CpuThread* thread, const TaskName& name) {
  uint64_t now;
  const uint32_t number = NumberOf(name);
  thread->name.store(number, kRelaxed);
  thread->samples.fetch_add(1, kRelaxed);
  if (ReadCpuClock(thread->id.load(kRelaxed), &now)) Account(thread, now);
  return number;
}

bool FollowsCpuThreads() {
  return IsOwner();
}

CpuThreadCounts ReadCpuThreadCounts() {
  return {followed.load(kRelaxed), failed.load(kRelaxed), blocked.load(kRelaxed)};
}

}  // namespace stageprof_tracker
