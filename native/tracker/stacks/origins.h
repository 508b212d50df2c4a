#ifndef STAGEPROF_TRACKER_STACKS_ORIGINS_H_
#define STAGEPROF_TRACKER_STACKS_ORIGINS_H_

#include <stdint.h>

namespace stageprof_tracker {

// Who queued the work that a thread without a stage of its own does: the stage, and the site of the
// stack that queued it. No function takes a lock, calls malloc or changes errno.

// A callback of queued work, from its beginning to its end, on one thread.
struct Run {
  uint16_t number;  // 0 for none
  uint16_t sequence;
};
constexpr uint32_t kMostRuns = 4096;

struct Origin {
  uint16_t stage;  // kUnknownStage where nobody is known to have queued anything
  uint16_t site;   // kUnknownSite where only the stage is known
  // What handed the origin on, and counts only as long as it lasts: a thread that works for it beyond
  // its end does not do what was queued. None where a thread with a stage handed it on.
  Run run;

  bool IsKnown() const { return stage != 0; }
};
constexpr Origin kNoOrigin = {0, 0, {0, 0}};

// What the calling thread hands on to work that it queues: the stage that runs on it and its stack,
// or the origin of what it does itself.
Origin OriginOfCaller();
// The origin of what the calling thread does, if it has no stage of its own. An origin that was handed to the
// thread ends when the thread has waited for anything: what it does then may be for anybody.
Origin CurrentOrigin();

// The origin of the callback that a thread runs which is in a stage of its own: for what it does outside of
// all stages. None where it runs none.
Origin OriginOfCallback(uint32_t own_stage);

// The run that the calling thread is, or works for.
Run CurrentRun();

// Lives as long as a callback: it has the origin from beginning to end, whatever it waits for. One may run
// in another, on a thread that runs its event loop in a callback.
//
// Node tells a callback of its own to whoever follows which stage runs. One of libuv it does not know: the
// stage of the thread is then that of what ran before, until there is another.
class RunningWork {
 public:
  // `number` is one from 1 on that no other run has at the time.
  enum class Caller { kNode, kLibuv };
  RunningWork(const Origin& origin, uint16_t number, Caller caller);
  ~RunningWork();
  RunningWork(const RunningWork&) = delete;
  RunningWork& operator=(const RunningWork&) = delete;

 private:
  const uint16_t number_;
  const Origin before_;
  const bool was_run_;
  const uint32_t stale_before_;
};

// The calling thread begins what another one has handed to it. Without effect in a callback.
void TakeOver(const Origin& origin);
void TakeOver(const Run& run);

// Around a wait for a lock, after which the calling thread goes on with what it did.
class WaitForLock {
 public:
  WaitForLock();
  ~WaitForLock();
  WaitForLock(const WaitForLock&) = delete;
  WaitForLock& operator=(const WaitForLock&) = delete;

 private:
  long before_;
};

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_ORIGINS_H_
