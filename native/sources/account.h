#ifndef STAGEPROF_SOURCES_ACCOUNT_H_
#define STAGEPROF_SOURCES_ACCOUNT_H_

#include <math.h>
#include <stddef.h>

#include "../support/time_budget.h"
#include "sample_layout.h"
#include "source.h"
#include "tracker_client.h"

namespace stageprof {

// X(enumerator, name): who holds the resident set, in the order in which it crosses the boundary
// and stands in a recorder; src/model/sample-layout.ts has the same names. The cells are bytes, and
// instants in nanoseconds of CLOCK_MONOTONIC; NaN where a value is not known.
#define STAGEPROF_ACCOUNT(X)                                                        \
  X(kAccountRss, "rss_bytes")                                                       \
  X(kAccountJsHeap, "js_heap_bytes") /* resident pages of the isolate's heap */     \
  X(kAccountBackingStores, "backing_store_bytes")                                   \
  X(kAccountNativeLive, "native_live_bytes")                                        \
  X(kAccountAllocatorFree, "allocator_free_bytes")                                  \
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

// They are followed by `mapped_bytes` by module, in as many cells as a sample has for modules.
constexpr size_t kAccountLength = kAccountCount + kModuleCells;

// The parts that are found by going through the list of mappings. The cost grows with the mappings
// and the memory of the process, so this is done only as often as a share of the elapsed time
// allows; between two looks the parts are as old as `mappings_at_ns` says. Each thread that reads
// an account has its own.
class MappedParts : public Source {
 public:
  enum class Look {
    kNever,
    kWithinBudget,
    // At the end of the process: beyond the budget too, if that delays the end only for a moment.
    kIfShort,
  };

  explicit MappedParts(Reader reader) : budget_(reader == Reader::kMeasuredThread ? 0.01 : 0.001) {}

  void Open() { budget_.Open(); }

  // Goes through the mappings where `look` allows it, and fills the cells of `account`. They are
  // NaN if that was never done; without the tracker, so are those that only the tracker knows.
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
