#ifndef STAGEPROF_ACCOUNTING_FOLD_H_
#define STAGEPROF_ACCOUNTING_FOLD_H_

#include <stddef.h>
#include <stdint.h>

#include "../sources/sampler.h"
#include "fold_plan.h"
#include "open_calls.h"
#include "peak_stack.h"

namespace stageprof {

// Turns samples into rows at both ends of every call. src/model/fold.ts says what each function
// does, and src/accounting/js-fold.ts does the same to the bit. It is here because JS that runs
// once a millisecond is interpreted for thousands of calls.
//
// The memory is JS's: rows and calls may be parts of a recorder's file, which is read at any moment
// by others. Stores are made in an order in which such a reader can tell what is whole.
class Fold {
 public:
  struct Memory {
    double* slots;           // kSampleLength
    double* excluded;        // kSlotCount
    double* use;             // the row that runs, then one cell for each use that is charged
    const double* boundary;  // kBoundaryCells
  };

  Fold(Sampler* sampler, const FoldPlan& plan, const Memory& memory);

  // False where there is no memory: calls of that position, and of those behind it, are not measured then.
  bool AddCall(uint32_t position, double* cells);
  void MoveRows(double* cells, size_t length);

  // `boundary` tells which call is meant.
  void Enter();
  void Exit();
  void Discard(uint32_t position);
  void NotePeaks();
  void ReadPeaks(uint32_t position, double* highest) const;
  size_t peak_count() const { return plan_.peak_count; }
  void EndAtWait();
  void Charge();
  void ChargeUntilNow();
  size_t PeakEntries() const;

 private:
  bool charges() const { return plan_.charged_count > 0; }
  double* RowAt(double row) const;
  void Exclude();
  void ExcludeCharged();
  void OpenPeaks(uint32_t position);
  void ForgetPeaks(uint32_t position);
  void EnterModules(double* call) const;
  void Add(const double* call, uint32_t position, bool has_child, double* row) const;
  void AddModules(const double* call, double* row) const;
  double CoveredNs(const double* call, size_t clock, double now, bool has_child) const;

  Sampler* const sampler_;
  const FoldPlan plan_;
  double* const slots_;
  double* const excluded_;
  double* const use_;
  const double* const boundary_;
  double* rows_ = nullptr;
  double row_count_ = 0;
  OpenCalls calls_;
  PeakStack peaks_[FoldPlan::kMostPeaks];
};

}  // namespace stageprof

#endif  // STAGEPROF_ACCOUNTING_FOLD_H_
