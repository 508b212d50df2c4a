#ifndef STAGEPROF_ACCOUNTING_PEAK_STACK_H_
#define STAGEPROF_ACCOUNTING_PEAK_STACK_H_

#include <stddef.h>

namespace stageprof {

// The highest value since a moment, for any number of windows that nest or overlap. It does what
// src/accounting/peak-stack.ts explains and does.
class PeakStack {
 public:
  PeakStack() = default;
  ~PeakStack();
  PeakStack(const PeakStack&) = delete;
  PeakStack& operator=(const PeakStack&) = delete;

  // False where there is no memory for one more entry. Both calls below then leave it out.
  bool HasRoom() { return size_ < capacity_ || Enlarge(); }
  // A window opens at `moment`, later than all before; NaN is no reading.
  void Open(double moment, double value) {
    if (value != value || !HasRoom()) return;
    while (size_ > 0 && entries_[size_ - 1].value <= value) --size_;
    entries_[size_++] = {moment, value};
  }
  // A reading that opens no window. One below the last entry is the peak of no open window.
  void Note(double moment, double value) {
    if (value != value) return;
    if (size_ == 0 || entries_[size_ - 1].value <= value) Open(moment, value);
  }
  // NaN where there was no reading since that moment.
  double Since(double moment) const;
  // Removes the entries that only windows which opened after `moment` could ask for.
  void Trim(double moment) {
    const size_t needed = FirstSince(moment) + 1;
    if (needed < size_) size_ = needed;
  }
  // Keeps only the entries that a window opened at one of these moments, which rise, can ask for.
  void Compact(const double* moments, size_t count);
  size_t size() const { return size_; }

 private:
  struct Entry {
    double moment;
    double value;
  };

  bool Enlarge();
  size_t FirstSince(double moment) const {
    // Most often the latest window is asked for, whose entry is the last.
    if (size_ == 0) return 0;
    if (size_ == 1 || entries_[size_ - 2].moment < moment) {
      return entries_[size_ - 1].moment >= moment ? size_ - 1 : size_;
    }
    return Bisect(moment);
  }
  size_t Bisect(double moment) const;

  Entry* entries_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_ACCOUNTING_PEAK_STACK_H_
