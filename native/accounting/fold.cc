#include "fold.h"

#include <math.h>
#include <stdlib.h>

#include <atomic>

#include "histogram.h"

namespace stageprof {

namespace {

// Peak entries tolerated per open call before those that no window can ask for are removed.
constexpr size_t kPeakSlack = 32;

// The clocks of `covered` and `since`.
constexpr Slot kClocks[] = {kWallNs, kProcessCpuNs};
constexpr PlanNumber kSelves[] = {kPlanWallSelf, kPlanCpuSelf};
constexpr size_t kClockCount = 2;

// A NaN amount was not measured and changes nothing; a NaN cell has had no amount yet.
inline void AddTo(double* cell, double amount) {
  if (amount != amount) return;
  *cell = *cell == *cell ? *cell + amount : amount;
}

// A reader of a recorder's file sees the stores before it, if it sees any after it.
inline void InOrder() {
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

inline uint32_t Whole(double number) {
  return number >= 0 && number < UINT32_MAX ? static_cast<uint32_t>(number) : UINT32_MAX;
}

inline size_t CellsIn(double count) {
  if (!(count > 0)) return 0;
  return count > kModuleCells ? kModuleCells : static_cast<size_t>(count);
}

}  // namespace

Fold::Fold(Sampler* sampler, const FoldPlan& plan, const Memory& memory)
    : sampler_(sampler),
      plan_(plan),
      slots_(memory.slots),
      excluded_(memory.excluded),
      use_(memory.use),
      boundary_(memory.boundary) {}

bool Fold::AddCall(uint32_t position, double* cells) {
  if (!calls_.Add(position, cells)) return false;
  // Position 0 is the outermost call, which the last sample has entered.
  if (position == 0 && !calls_.IsOpen(0)) OpenPeaks(0);
  return true;
}

void Fold::MoveRows(double* cells, size_t length) {
  rows_ = cells;
  row_count_ = static_cast<double>(length / static_cast<size_t>(plan_.at[kPlanRowCells]));
}

inline double* Fold::RowAt(double row) const {
  if (!(row >= 0 && row < row_count_)) return nullptr;
  return rows_ + static_cast<size_t>(row) * static_cast<size_t>(plan_.at[kPlanRowCells]);
}

void Fold::Enter() {
  const double row = boundary_[kBoundaryRow];
  const uint32_t call = Whole(boundary_[kBoundaryCall]);
  const uint32_t position = call >> 1;
  double* const cells = calls_.CellsAt(position);
  double* const row_cells = RowAt(row);
  if (cells == nullptr || row_cells == nullptr) return;
  EndAtWait();
  if (plan_.takes_samples) sampler_->ReadEntry();
  Exclude();
  Charge();
  OpenPeaks(position);
  EnterModules(cells);
  for (size_t i = 0; i < plan_.delta_count; ++i) {
    const uint32_t slot = plan_.deltas[i].slot;
    cells[slot] = slots_[slot];
  }
  double* const covered = cells + plan_.at[kPlanCovered];
  for (size_t clock = 0; clock < kClockCount; ++clock) covered[clock] = 0;
  InOrder();
  cells[plan_.at[kPlanUse]] = row + 1.0;
  row_cells[plan_.at[kPlanOpen]] += 1;
  // The first child to open starts the time that is not its parent's own.
  if ((call & 1) == 0) return;
  double* const parent = calls_.CellsAt(cells[plan_.at[kPlanParent]]);
  if (parent == nullptr) return;
  double* const since = parent + plan_.at[kPlanSince];
  for (size_t clock = 0; clock < kClockCount; ++clock) since[clock] = slots_[kClocks[clock]];
}

void Fold::Discard(uint32_t position) {
  double* const cells = calls_.CellsAt(position);
  if (cells == nullptr || !calls_.IsOpen(position)) return;
  ForgetPeaks(position);
  double* const use = cells + plan_.at[kPlanUse];
  double* const row = RowAt(*use - 1);
  if (row != nullptr) row[plan_.at[kPlanOpen]] -= 1;
  *use = 0;
}

void Fold::Exit() {
  const uint32_t call = Whole(boundary_[kBoundaryCall]);
  const uint32_t position = call / kExitFlags;
  double* const cells = calls_.CellsAt(position);
  if (cells == nullptr || !calls_.IsOpen(position)) return;
  double* const use = cells + plan_.at[kPlanUse];
  double* const row = RowAt(*use - 1);
  if (row == nullptr) return;
  EndAtWait();
  if (plan_.takes_samples) sampler_->ReadExit();
  Exclude();
  Charge();
  NotePeaks();
  const bool has_child = (call & kExitHasChild) != 0;
  // Until it is folded, its row may have only part of it.
  *use = -*use;
  InOrder();
  Add(cells, position, has_child, row);
  row[plan_.at[kPlanInner]] += boundary_[kBoundaryInnerClosed];
  row[plan_.at[kPlanOpen]] -= 1;
  row[plan_.at[kPlanClosed]] += 1;
  if ((call & kExitFailed) != 0) row[plan_.at[kPlanFailed]] += 1;
  if ((call & kExitOverlapped) != 0) row[plan_.at[kPlanOverlapped]] += 1;
  auto* const buckets = reinterpret_cast<uint32_t*>(row + plan_.at[kPlanBuckets]);
  uint32_t* const bucket = buckets + BucketOf(slots_[kWallNs] - cells[kWallNs]);
  // It does not wrap to zero.
  if (*bucket < UINT32_MAX) ++*bucket;
  if ((call & kExitIsLastChild) != 0) {
    // This sample ends a time during which children of the parent were open.
    double* const parent = calls_.CellsAt(cells[plan_.at[kPlanParent]]);
    for (size_t clock = 0; parent != nullptr && clock < kClockCount; ++clock) {
      double* const since = parent + plan_.at[kPlanSince] + clock;
      const double now = slots_[kClocks[clock]];
      parent[static_cast<size_t>(plan_.at[kPlanCovered]) + clock] += now - *since;
      *since = now;
    }
  }
  InOrder();
  // Open children have this call as their parent until JS has passed them on.
  if (!has_child) *use = 0;
  ForgetPeaks(position);
}

// src/accounting/covered-time.ts
inline double Fold::CoveredNs(const double* call, size_t clock, double now, bool has_child) const {
  const double covered = call[static_cast<size_t>(plan_.at[kPlanCovered]) + clock];
  if (!has_child) return covered;
  const double elapsed = now - call[static_cast<size_t>(plan_.at[kPlanSince]) + clock];
  return elapsed < 0 ? covered : covered + elapsed;
}

// src/accounting/fold-call.ts
inline void Fold::Add(const double* call, uint32_t position, bool has_child, double* row) const {
  if (slots_[kModuleCount] > 0) AddModules(call, row);
  for (size_t i = 0; i < plan_.delta_count; ++i) {
    const FoldPlan::Delta& delta = plan_.deltas[i];
    AddTo(row + delta.column, slots_[delta.slot] - call[delta.slot]);
  }
  for (size_t i = 0; i < plan_.peak_count; ++i) {
    const double value = peaks_[i].Since(calls_.MomentOf(position));
    double* const cell = row + plan_.peaks[i].column;
    if (value == value && !(*cell >= value)) *cell = value;
  }
  if (plan_.at[kPlanOctaves] >= 0) {
    const int32_t octave =
        OctaveOf(row[plan_.at[kPlanClosedBefore]] + row[plan_.at[kPlanClosed]] + 1);
    const auto slot = static_cast<size_t>(plan_.at[kPlanOctaveSlot]);
    if (octave >= 0) AddTo(row + plan_.at[kPlanOctaves] + octave, slots_[slot] - call[slot]);
  }
  double* const longest = row + plan_.at[kPlanLongest];
  const double wall_ns = slots_[kWallNs] - call[kWallNs];
  if (!(*longest >= wall_ns)) *longest = wall_ns;
  for (size_t clock = 0; clock < kClockCount; ++clock) {
    const int32_t column = plan_.at[kSelves[clock]];
    if (column < 0) continue;
    const double now = slots_[kClocks[clock]];
    const double covered = CoveredNs(call, clock, now, has_child);
    AddTo(row + column, now - call[kClocks[clock]] - covered);
  }
}

void Fold::AddModules(const double* call, double* row) const {
  const size_t count = CellsIn(slots_[kModuleCount]);
  const size_t at_entry = CellsIn(call[kModuleCount]);
  for (size_t module = 0; module < count; ++module) {
    // A module that was loaded since the entry began at zero.
    const double before = module < at_entry ? call[kSlotCount + module] : 0;
    const double bytes = slots_[kSlotCount + module] - before;
    if (bytes > 0) row[static_cast<size_t>(plan_.at[kPlanModules]) + module] += bytes;
  }
  const size_t live = CellsIn(slots_[kLiveModuleCount]);
  for (size_t module = 0; module < live; ++module) {
    const double before = module < at_entry ? call[kLiveCells + module] : 0;
    const double bytes = slots_[kLiveCells + module] - before;
    if (bytes == bytes) row[static_cast<size_t>(plan_.at[kPlanLiveModules]) + module] += bytes;
  }
}

inline void Fold::EnterModules(double* call) const {
  call[kModuleCount] = slots_[kModuleCount];
  const size_t count = CellsIn(slots_[kModuleCount]);
  for (size_t cell = kSlotCount; cell < kSlotCount + count; ++cell) call[cell] = slots_[cell];
  const size_t live = CellsIn(slots_[kLiveModuleCount]);
  for (size_t cell = kLiveCells; cell < kLiveCells + live; ++cell) call[cell] = slots_[cell];
}

void Fold::NotePeaks() {
  for (size_t i = 0; i < plan_.peak_count; ++i) {
    peaks_[i].Note(calls_.entered(), slots_[plan_.peaks[i].slot]);
  }
}

void Fold::ReadPeaks(uint32_t position, double* highest) const {
  if (calls_.CellsAt(position) == nullptr) return;
  for (size_t i = 0; i < plan_.peak_count; ++i)
    highest[i] = peaks_[i].Since(calls_.MomentOf(position));
}

inline void Fold::OpenPeaks(uint32_t position) {
  const double before = calls_.entered();
  calls_.Open(position);
  for (size_t i = 0; i < plan_.peak_count; ++i) {
    const FoldPlan::Peak& peak = plan_.peaks[i];
    const double highest = slots_[peak.slot];
    if (highest != highest) continue;
    // What peaked before the entry belongs to the calls around this one.
    peaks_[i].Note(before, highest);
    peaks_[i].Open(before + 1, slots_[peak.level_slot]);
  }
}

inline void Fold::ForgetPeaks(uint32_t position) {
  const bool was_newest = position == calls_.newest();
  calls_.Close(position);
  double* moments = nullptr;
  for (size_t i = 0; i < plan_.peak_count; ++i) {
    PeakStack& stack = peaks_[i];
    if (was_newest) {
      stack.Trim(calls_.newest() == OpenCalls::kNone ? 0 : calls_.MomentOf(calls_.newest()));
    } else if (stack.size() > 2 * calls_.open_count() + kPeakSlack) {
      if (moments == nullptr) {
        moments = static_cast<double*>(malloc(calls_.open_count() * sizeof(double)));
        if (moments == nullptr) return;
        calls_.ReadMoments(moments);
      }
      stack.Compact(moments, calls_.open_count());
    }
  }
  free(moments);
}

size_t Fold::PeakEntries() const {
  size_t most = 0;
  for (size_t i = 0; i < plan_.peak_count; ++i) {
    if (peaks_[i].size() > most) most = peaks_[i].size();
  }
  return most;
}

inline void Fold::Exclude() {
  for (size_t i = 0; i < plan_.excluded_count; ++i) {
    slots_[plan_.excluded[i]] -= excluded_[plan_.excluded[i]];
  }
}

// Applies to what ReadThreadUse reads. Without forced collections there is nothing to exclude.
inline void Fold::ExcludeCharged() {
  if (plan_.excluded_count == 0) return;
  for (size_t i = 0; i < plan_.charged_count; ++i) {
    slots_[plan_.charged[i].slot] -= excluded_[plan_.charged[i].slot];
  }
}

void Fold::EndAtWait() {
  if (!charges() || use_[0] == 0 || slots_[kWaitedCell] != 1) return;
  ExcludeCharged();
  Charge();
  use_[0] = 0;
}

void Fold::Charge() {
  if (!charges()) return;
  double* const row = RowAt(use_[0]);
  for (size_t i = 0; row != nullptr && i < plan_.charged_count; ++i) {
    const FoldPlan::Delta& charged = plan_.charged[i];
    const double now = slots_[charged.slot];
    AddTo(row + charged.column, now - use_[1 + i]);
    use_[1 + i] = now;
  }
}

void Fold::ChargeUntilNow() {
  if (plan_.takes_samples) sampler_->ReadThreadUse();
  ExcludeCharged();
  Charge();
}

}  // namespace stageprof
