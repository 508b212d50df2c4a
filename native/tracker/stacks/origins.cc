#include "origins.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "sites.h"
#include "stack_stages.h"
#include "stack_tables.h"
#include "take_stack.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
static_assert(kMostStages <= UINT16_MAX && kMostSites <= UINT16_MAX + 1 && kMostRuns <= UINT16_MAX,
              "the numbers fit");

struct ThreadOrigin {
  Origin origin;
  bool is_run;  // RunningWork lives
  // The stage that this thread was in before a callback that nobody was told of; kUnknownStage otherwise.
  uint32_t stale_stage;
  long switches;  // how often the thread had waited when it took the origin over
  // Until when its stacks are paid for, in nanoseconds.
  int64_t paid_until;
};
thread_local ThreadOrigin thread_origin;

// Odd while the run lasts.
std::atomic<uint16_t> sequences[kMostRuns];
std::atomic<Origin> origins[kMostRuns];

bool Lasts(const Run& run) {
  return sequences[run.number].load(std::memory_order_acquire) == run.sequence;
}

// How often the calling thread gave its processor up by itself, in a lock, a wait or a read.
long CountWaits() {
  const int error = errno;
  rusage usage;
  const long result = syscall(SYS_getrusage, RUSAGE_THREAD, &usage);
  errno = error;
  return result == 0 ? usage.ru_nvcsw : -1;
}

// A stack takes some us, and a program may queue 100,000 pieces of work a second. A thread takes at most
// 2000 stacks a second, which is 1 % of its time, but 500 at once. Of further work only the stage is
// known.
bool MayTakeStack() {
  constexpr int64_t kSecond = 1000000000;
  constexpr int64_t kPrice = kSecond / 2000;
  constexpr int64_t kMostAtOnce = 500 * kPrice;
  timespec time;
  if (clock_gettime(CLOCK_MONOTONIC_COARSE, &time) != 0) return false;
  const int64_t now = int64_t{time.tv_sec} * kSecond + time.tv_nsec;
  int64_t& paid_until = thread_origin.paid_until;
  if (paid_until < now) paid_until = now;
  if (paid_until - now >= kMostAtOnce) return false;
  paid_until += kPrice;
  return true;
}

bool IsMainThread() {
  return syscall(SYS_gettid) == syscall(SYS_getpid);
}

}  // namespace

Origin CurrentOrigin() {
  ThreadOrigin& thread = thread_origin;
  const Origin origin = thread.origin;
  if (!origin.IsKnown() || thread.is_run) return origin;
  if ((origin.run.number == 0 || Lasts(origin.run)) && CountWaits() == thread.switches) {
    return origin;
  }
  thread.origin = kNoOrigin;
  return kNoOrigin;
}

Origin OriginOfCallback(uint32_t own_stage) {
  const ThreadOrigin& thread = thread_origin;
  const bool is_own = own_stage != thread.stale_stage && !IsOutsideStage(own_stage);
  return thread.is_run && !is_own ? thread.origin : kNoOrigin;
}

Run CurrentRun() {
  return CurrentOrigin().run;
}

Origin OriginOfCaller() {
  uint32_t stage;
  if (!FindOwnStage(&stage)) {
    if (!IsMainThread()) return CurrentOrigin();
    stage = kMainOutsideStage;
  }
  const Origin origin = OriginOfCallback(stage);
  if (origin.IsKnown()) return origin;
  const uint32_t site = MayTakeStack() ? TakeSite() : kUnknownSite;
  return {static_cast<uint16_t>(stage), static_cast<uint16_t>(site), {0, 0}};
}

RunningWork::RunningWork(const Origin& origin, uint16_t number, Caller caller)
    : number_(number),
      before_(thread_origin.origin),
      was_run_(thread_origin.is_run),
      stale_before_(thread_origin.stale_stage) {
  Origin own = origin;
  own.run = {number, static_cast<uint16_t>(sequences[number].load(kRelaxed) + 1)};
  // Release: whoever reads this origin sees that the run before has ended.
  origins[number].store(own, std::memory_order_release);
  sequences[number].store(own.run.sequence, std::memory_order_release);
  thread_origin.origin = own;
  thread_origin.is_run = true;
  uint32_t stage;
  thread_origin.stale_stage =
      caller == Caller::kLibuv && FindOwnStage(&stage) ? stage : kUnknownStage;
}

RunningWork::~RunningWork() {
  sequences[number_].fetch_add(1, std::memory_order_release);
  thread_origin.origin = before_;
  thread_origin.is_run = was_run_;
  thread_origin.stale_stage = stale_before_;
}

void TakeOver(const Origin& origin) {
  ThreadOrigin& thread = thread_origin;
  if (thread.is_run) return;
  thread.origin = origin;
  if (origin.IsKnown()) thread.switches = CountWaits();
}

void TakeOver(const Run& run) {
  if (run.number == 0) return TakeOver(kNoOrigin);
  const Origin origin = origins[run.number].load(kRelaxed);
  // The entry may be that of the next run.
  std::atomic_thread_fence(std::memory_order_acquire);
  TakeOver(Lasts(run) ? origin : kNoOrigin);
}

WaitForLock::WaitForLock() {
  const ThreadOrigin& thread = thread_origin;
  before_ = thread.origin.IsKnown() && !thread.is_run ? CountWaits() : -1;
}

WaitForLock::~WaitForLock() {
  if (before_ != -1) thread_origin.switches += CountWaits() - before_;
}

}  // namespace stageprof_tracker
