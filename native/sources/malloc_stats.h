#ifndef STAGEPROF_SOURCES_MALLOC_STATS_H_
#define STAGEPROF_SOURCES_MALLOC_STATS_H_

#include "../allocators/allocator.h"
#include "../support/time_budget.h"
#include "source.h"

namespace stageprof {

// What malloc has handed out and what is free in the allocator, by the statistics of the allocator
// that serves it. Their cost depends on the allocator (glibc's grows with the heap), so they are
// read only within the budget, except for the proof when the source is opened.
class MallocStats : public Source {
 public:
  using Reading = Allocator::Reading;

  MallocStats(Reader reader, TimeBudget* budget) : account_(budget, MostShare(reader)) {}

  void Open();
  // False where the budget does not allow a reading now.
  bool Read(Reading* reading);

  // Reads whatever it costs, for a caller that keeps to a budget of its own. NaN where it cannot be
  // read.
  Reading ReadUnbudgeted() const;

  // Whether a reading beyond the budget would delay the end of the process only for a moment.
  static bool IsShort();

  // The allocator that serves malloc, even where its statistics cannot be read; null where it is
  // not known.
  const Allocator* allocator() const { return allocator_; }

  // Tells which allocator serves malloc and how far its numbers can be trusted; null where that is
  // not known.
  template <typename Tell>
  void TellState(Tell tell) const {
    static constexpr Allocator kUnknown = {};
    const Allocator& known = allocator_ == nullptr ? kUnknown : *allocator_;
    tell("name", known.name);
    tell("method", known.method);
    tell("liveTruth", known.live_truth);
    tell("freeTruth", known.free_truth);
  }

 private:
  const Allocator* allocator_ = nullptr;
  TimeBudget::Account account_;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_MALLOC_STATS_H_
