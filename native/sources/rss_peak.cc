#include "rss_peak.h"

#include <math.h>

#include "../support/highest.h"
#include "../support/lock.h"

namespace stageprof {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Shared by the process, because the kernel's maximum is.
Lock lock;
RssPeak* first = nullptr;            // guarded by `lock`
bool floor_known = false;            // guarded by `lock`
std::atomic<int> resetters{0};       // samplers that reset
std::atomic<double> floor_bytes{0};  // see FindFloor
std::atomic<double> highest_before_reset{0};

// Across exec, ru_maxrss starts at the peak of the process that did the exec, so a small child of a
// large process would report a peak that was never its own. VmHWM does not start there. A ru_maxrss
// above VmHWM is therefore a floor: it says nothing until it rises.
void FindFloor(Rusage* rusage_source, Status* status) {
  if (floor_known) return;
  floor_known = true;
  rusage usage;
  // Read in this order: if VmHWM has risen since, there is no floor.
  if (!rusage_source->Read(Rusage::Boundary::kEntry, &usage)) return;
  const double maximum = MaxRssBytes(usage);
  if (maximum > status->ReadPeakRssBytes()) floor_bytes.store(maximum, kRelaxed);
}

// NaN stays NaN: a peak before resets is not the lifetime's.
double HighestEver(double since_reset) {
  const double before = highest_before_reset.load(kRelaxed);
  return before > since_reset ? before : since_reset;
}

}  // namespace

void RssPeak::Open(Rusage* rusage_source, Status* status, ClearRefs* clear_refs) {
  rusage_ = rusage_source;
  status_ = status;
  clear_refs_ = clear_refs;
  lock.Take();
  is_open_ = true;
  next_ = first;
  if (next_ != nullptr) next_->previous_ = this;
  first = this;
  FindFloor(rusage_, status_);
  if (clear_refs_ != nullptr) resetters.fetch_add(1, kRelaxed);
  lock.GiveBack();

  // Begins the first window: the maximum so far does not belong to this sampler.
  rusage usage;
  ReadUsage(Rusage::Boundary::kEntry, &usage);
  peak_ = -1;
}

void RssPeak::Close() {
  if (!is_open_) return;
  is_open_ = false;
  lock.Take();
  if (clear_refs_ != nullptr) resetters.fetch_sub(1, kRelaxed);
  if (previous_ != nullptr) previous_->next_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  if (first == this) first = next_;
  lock.GiveBack();
}

bool RssPeak::ReadUsage(Rusage::Boundary boundary, rusage* usage) {
  // Where any sampler resets, the reading, what others are told and the reset are one step.
  // Otherwise a peak could be told to a window that began after it.
  const bool others_reset = resetters.load(kRelaxed) != 0;
  if (others_reset) lock.Take();
  const bool read = rusage_->Read(boundary, usage);
  maximum_ = read ? MaximumSinceReset(*usage) : -1;
  if (read) {
    EndWindow(maximum_);
    if (clear_refs_ != nullptr) ResetAndTell(maximum_);
  } else {
    peak_ = -1;
  }
  if (others_reset) lock.GiveBack();
  return read;
}

// Returns -1 where it is not known.
double RssPeak::MaximumSinceReset(const rusage& usage) {
  const double maximum = MaxRssBytes(usage);
  const double floor = floor_bytes.load(kRelaxed);
  if (maximum > floor) return maximum;
  if (maximum < floor) {
    // The maximum cannot fall below a real floor. The two readings that suggested one differed by
    // the kernel's imprecision.
    floor_bytes.store(0, kRelaxed);
    return maximum;
  }
  if (clear_refs_ == nullptr) return -1;
  const double peak = status_->ReadPeakRssBytes();
  return peak >= 0 ? peak : -1;
}

void RssPeak::EndWindow(double maximum) {
  peak_ = told_.load(kRelaxed);
  told_.store(-1, kRelaxed);
  if (maximum > baseline_.load(kRelaxed) && maximum > peak_) peak_ = maximum;
  if (maximum >= 0) baseline_.store(maximum, kRelaxed);
}

void RssPeak::ResetAndTell(double maximum) {
  if (!clear_refs_->ResetPeakRss()) {
    clear_refs_ = nullptr;
    resetters.fetch_sub(1, kRelaxed);
    return;
  }
  RaiseTo(&highest_before_reset, maximum);
  baseline_.store(0, kRelaxed);
  for (RssPeak* peak = first; peak != nullptr; peak = peak->next_) {
    if (peak != this) peak->Learn(maximum);
  }
}

void RssPeak::Learn(double maximum) {
  if (maximum > baseline_.load(kRelaxed) && maximum > told_.load(kRelaxed)) {
    told_.store(maximum, kRelaxed);
  }
  baseline_.store(0, kRelaxed);
}

double RssPeak::LifetimePeakBytes() const {
  return maximum_ < 0 ? ReadLifetimePeakRssBytes(status_) : HighestEver(maximum_);
}

double ReadLifetimePeakRssBytes(Status* status) {
  return HighestEver(status->ReadPeakRssBytes());
}

}  // namespace stageprof
