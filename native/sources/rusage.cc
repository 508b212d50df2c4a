#include "rusage.h"

#include <math.h>

#include "../support/process_clock.h"
#include "../threads/tasks.h"

namespace stageprof {

namespace {

// Node has up to a dozen threads of its own, and some for each CPU. With so many in all, adding
// them up costs less than the readings that would replace it.
constexpr size_t kManyThreads = 32;

}  // namespace

void Rusage::Open() {
  if (!ReadAll(&last_)) return;
  // This clock moves at each tick.
  timespec tick;
  if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0) tick_ns_ = Nanoseconds(tick);
  counts_threads_ = PeakOfThreadIsThatOfProcess();
  CountThreads();
}

// A call begins with a reading only if there is time for its end too.
bool Rusage::MayReadAll(Boundary boundary) {
  if (boundary == Boundary::kExit || reader_ == Reader::kRecorder) return account_.Begin(cost_ns_);
  return !is_behind_ && account_.Begin(2 * cost_ns_);
}

bool Rusage::ReadWithinBudget(Boundary boundary, rusage* usage) {
  if (MayReadAll(boundary)) {
    is_behind_ = false;
    const bool is_read = ReadAll(&last_);
    cost_ns_ = account_.End();
    *usage = last_;
    return is_read;
  }
  ++skipped_;
  if (boundary == Boundary::kExit) is_behind_ = true;
  rusage thread;
  if (getrusage(RUSAGE_THREAD, &thread) == 0) {
    last_.ru_maxrss = thread.ru_maxrss;
    *usage = last_;
    return true;
  }
  failure_.SetFromErrno("getrusage", "RUSAGE_THREAD");
  return false;
}

void Rusage::CountThreads() {
  // The count takes some microseconds, and some ten where nothing of it is in the caches.
  until_count_ = reader_ == Reader::kRecorder ? 16 : 64;
  size_t count = 0;
  has_many_threads_ = counts_threads_ && CountTasks(&count) && count > kManyThreads;
  reads_clock_ = has_many_threads_ && ArmProcessClock();
}

// The kernel may be an imitation. The peak rises while this runs, so the attempt is repeated.
bool Rusage::PeakOfThreadIsThatOfProcess() {
  for (int attempt = 0; attempt < 3; ++attempt) {
    rusage before;
    rusage thread;
    rusage after;
    if (getrusage(RUSAGE_SELF, &before) != 0 || getrusage(RUSAGE_THREAD, &thread) != 0 ||
        getrusage(RUSAGE_SELF, &after) != 0) {
      return false;
    }
    if (before.ru_maxrss <= thread.ru_maxrss && thread.ru_maxrss <= after.ru_maxrss) return true;
  }
  return false;
}

ChildrenUsage ReadChildrenUsage() {
  rusage usage;
  if (getrusage(RUSAGE_CHILDREN, &usage) != 0) return {NAN, NAN};
  return {CpuNs(usage), MaxRssBytes(usage)};
}

}  // namespace stageprof
