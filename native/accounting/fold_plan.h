// What a fold does with a sample, as numbers: the addon knows slots, cells and columns by their
// positions alone. The names cross the boundary by sampleLayout(); src/model/fold.ts has the same
// names in the same order, and src/accounting/fold-plan.ts makes the numbers from the table of
// metrics.
#ifndef STAGEPROF_ACCOUNTING_FOLD_PLAN_H_
#define STAGEPROF_ACCOUNTING_FOLD_PLAN_H_

#include <stddef.h>
#include <stdint.h>

#include "../sources/sample_layout.h"

namespace stageprof {

// X(enumerator, name): the numbers that a plan begins with. See src/model/fold.ts.
#define STAGEPROF_PLAN_NUMBERS(X)       \
  X(kPlanTakesSamples, "takes_samples") \
  X(kPlanRowCells, "row_cells")         \
  X(kPlanBuckets, "buckets")            \
  X(kPlanUse, "use")                    \
  X(kPlanParent, "parent")              \
  X(kPlanCovered, "covered")            \
  X(kPlanSince, "since")                \
  X(kPlanClosed, "closed")              \
  X(kPlanFailed, "failed")              \
  X(kPlanOpen, "open")                  \
  X(kPlanOverlapped, "overlapped")      \
  X(kPlanInner, "inner")                \
  X(kPlanClosedBefore, "closed_before") \
  X(kPlanLongest, "longest")            \
  X(kPlanModules, "modules")            \
  X(kPlanLiveModules, "live_modules")   \
  X(kPlanOctaves, "octaves")            \
  X(kPlanOctaveSlot, "octave_slot")     \
  X(kPlanWallSelf, "wall_self")         \
  X(kPlanCpuSelf, "cpu_self")

// X(enumerator, name): the lists that come after them, each after its length.
#define STAGEPROF_PLAN_LISTS(X) \
  X(kPlanDeltas, "deltas")      \
  X(kPlanPeaks, "peaks")        \
  X(kPlanExcluded, "excluded")  \
  X(kPlanCharged, "charged")

#define STAGEPROF_ENUMERATOR(enumerator, name) enumerator,
enum PlanNumber : size_t { STAGEPROF_PLAN_NUMBERS(STAGEPROF_ENUMERATOR) kPlanNumberCount };
enum PlanList : size_t { STAGEPROF_PLAN_LISTS(STAGEPROF_ENUMERATOR) kPlanListCount };
#undef STAGEPROF_ENUMERATOR

// X(enumerator, name, cell): which call is meant. See src/model/fold.ts.
#define STAGEPROF_BOUNDARY(X) \
  X(kBoundaryRow, "row", 0)   \
  X(kBoundaryCall, "call", 1) \
  X(kBoundaryInnerClosed, "innerClosed", 2)

#define STAGEPROF_CELL(enumerator, name, cell) constexpr size_t enumerator = cell;
STAGEPROF_BOUNDARY(STAGEPROF_CELL)
#undef STAGEPROF_CELL
constexpr size_t kBoundaryCells = 3;

// X(enumerator, name, bit): what is added to the position of a call when it ends.
#define STAGEPROF_EXIT(X)             \
  X(kExitFailed, "failed", 1)         \
  X(kExitOverlapped, "overlapped", 2) \
  X(kExitHasChild, "hasChild", 4)     \
  X(kExitIsLastChild, "isLastChild", 8)

#define STAGEPROF_BIT(enumerator, name, bit) constexpr uint32_t enumerator = bit;
STAGEPROF_EXIT(STAGEPROF_BIT)
#undef STAGEPROF_BIT
constexpr uint32_t kExitFlags = 16;

struct FoldPlan {
  struct Delta {
    uint32_t slot;
    uint32_t column;
  };
  struct Peak {
    uint32_t slot;
    uint32_t level_slot;
    uint32_t column;
  };
  static constexpr size_t kMostPeaks = 8;
  static constexpr size_t kMostCharged = 8;

  // False where the numbers are no plan.
  bool Read(const double* numbers, size_t length);

  bool takes_samples;
  // By PlanNumber; -1 for what is not measured.
  int32_t at[kPlanNumberCount];
  size_t delta_count;
  Delta deltas[kSlotCount];
  size_t peak_count;
  Peak peaks[kMostPeaks];
  size_t excluded_count;
  uint32_t excluded[kSlotCount];
  size_t charged_count;
  Delta charged[kMostCharged];
};

}  // namespace stageprof

#endif  // STAGEPROF_ACCOUNTING_FOLD_PLAN_H_
