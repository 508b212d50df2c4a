#include "peak_stack.h"

#include <math.h>
#include <stdlib.h>

namespace stageprof {

PeakStack::~PeakStack() {
  free(entries_);
}

bool PeakStack::Enlarge() {
  const size_t capacity = capacity_ == 0 ? 16 : 2 * capacity_;
  auto* const entries = static_cast<Entry*>(realloc(entries_, capacity * sizeof(Entry)));
  if (entries == nullptr) return false;
  entries_ = entries;
  capacity_ = capacity;
  return true;
}

double PeakStack::Since(double moment) const {
  const size_t index = FirstSince(moment);
  return index < size_ ? entries_[index].value : NAN;
}

size_t PeakStack::Bisect(double moment) const {
  size_t low = 0;
  size_t high = size_;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (entries_[middle].moment < moment) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void PeakStack::Compact(const double* moments, size_t count) {
  size_t kept = 0;
  size_t index = 0;
  for (size_t i = 0; i < count; ++i) {
    while (index < size_ && entries_[index].moment < moments[i]) ++index;
    if (index == size_) break;
    if (kept > 0 && entries_[kept - 1].moment == entries_[index].moment) continue;
    entries_[kept++] = entries_[index];
  }
  size_ = kept;
}

}  // namespace stageprof
