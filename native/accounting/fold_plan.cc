#include "fold_plan.h"

namespace stageprof {

namespace {

// Takes whole numbers one after another; it has failed once one is missing or out of range.
class Numbers {
 public:
  Numbers(const double* numbers, size_t length) : next_(numbers), left_(length) {}

  bool failed() const { return failed_; }
  bool is_empty() const { return left_ == 0; }

  int32_t Take(double least, double most) {
    if (failed_ || left_ == 0 || !(*next_ >= least && *next_ <= most)) {
      failed_ = true;
      return 0;
    }
    --left_;
    return static_cast<int32_t>(*next_++);
  }

 private:
  const double* next_;
  size_t left_;
  bool failed_ = false;
};

constexpr double kMostCells = 1 << 20;

}  // namespace

bool FoldPlan::Read(const double* numbers, size_t length) {
  Numbers from(numbers, length);
  for (int32_t& number : at) number = from.Take(-1, kMostCells);
  takes_samples = at[kPlanTakesSamples] != 0;
  const double columns = at[kPlanRowCells] - 1;
  const auto slot = [&] { return static_cast<uint32_t>(from.Take(0, kSlotCount - 1)); };
  const auto column = [&] { return static_cast<uint32_t>(from.Take(0, columns)); };

  delta_count = static_cast<size_t>(from.Take(0, kSlotCount));
  for (size_t i = 0; i < delta_count && !from.failed(); ++i) deltas[i] = {slot(), column()};
  peak_count = static_cast<size_t>(from.Take(0, kMostPeaks));
  for (size_t i = 0; i < peak_count && !from.failed(); ++i) peaks[i] = {slot(), slot(), column()};
  excluded_count = static_cast<size_t>(from.Take(0, kSlotCount));
  for (size_t i = 0; i < excluded_count && !from.failed(); ++i) excluded[i] = slot();
  charged_count = static_cast<size_t>(from.Take(0, kMostCharged));
  for (size_t i = 0; i < charged_count && !from.failed(); ++i) charged[i] = {slot(), column()};
  return !from.failed() && from.is_empty();
}

}  // namespace stageprof
