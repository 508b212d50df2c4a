#ifndef STAGEPROF_SOURCES_ACCOUNT_H_
#define STAGEPROF_SOURCES_ACCOUNT_H_

#include <math.h>
#include <stddef.h>

#include "../support/time_budget.h"
#include "sample_layout.h"
#include "source.h"
#include "tracker_client.h"

namespace stageprof {

// X(enumerator, name): who holds the resident set, in the order in which it crosses the boundary and
// stands in a recorder; src/model/sample-layout.ts has the same names. Bytes, and instants in nanoseconds
// of CLOCK_MONOTONIC; NaN where it cannot be told.
#define STAGEPROF_ACCOUNT(X)                                                        \
  X(kAccountRss, "rss_bytes")                                                       \
  X(kAccountJsHeap, "js_heap_bytes") /* resident pages of the isolate's heap */     \
  X(kAccountBackingStores, "backing_store_bytes")                                   \
  X(kAccountNativeLive, "native_live_bytes")                                        \
  X(kAccountAllocatorHeld, "allocator_held_bytes")                                  \
  X(kAccountMapped, "mapped_bytes") /* resident part of what modules have mapped */ \
  X(kAccountFiles, "file_bytes")                                                    \
  X(kAccountStacks, "stack_bytes")                                                  \
  X(kAccountCountedAt, "counted_at_ns")     /* when the counters were read */       \
  X(kAccountAllocatorAt, "allocator_at_ns") /* when the allocator was asked */      \
  X(kAccountMappingsAt, "mappings_at_ns")   /* when the list of mappings was gone through */

enum AccountCell : size_t {
#define STAGEPROF_ENUMERATOR(enumerator, name) enumerator,
  STAGEPROF_ACCOUNT(STAGEPROF_ENUMERATOR)
#undef STAGEPROF_ENUMERATOR
      kAccountCount
};

// After them `mapped_bytes` by module, in the cells of the sample.
constexpr size_t kAccountLength = kAccountCount + kModuleCells;

// The parts that are found by going through the list of mappings. That costs in proportion to the
// mappings and the memory of the process, so it is done as often as its share of the elapsed time
// allows; in between the parts are as old as `mappings_at_ns` says. One for each thread that asks.
class MappedParts : public Source {
 public:
  enum class Look {
    kNever,
    kWithinBudget,
    kIfShort,  // at the end of the process: also beyond the budget, where that holds it up for a moment
  };

  explicit MappedParts(Reader reader) : budget_(reader == Reader::kMeasuredThread ? 0.01 : 0.001) {}

  void Open() { budget_.Open(); }

  // Goes through the mappings where `look` allows it, and fills in the cells of `account`: NaN where
  // that was never done, and without the tracker what only it tells.
  void Read(Look look, TrackerClient* tracker, double* account);

 private:
  static constexpr double kShortNs = 100e6;

  bool MayLook(Look look);
  void ReadAnew(TrackerClient* tracker);

  TimeBudget budget_;
  double cost_ns_ = 0;
  double mapped_bytes_ = NAN;
  double file_bytes_ = NAN;
  double stack_bytes_ = NAN;
  double at_ns_ = NAN;
  double modules_[kModuleCells] = {};
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_ACCOUNT_H_
