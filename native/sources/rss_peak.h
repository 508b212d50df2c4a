#ifndef STAGEPROF_SOURCES_RSS_PEAK_H_
#define STAGEPROF_SOURCES_RSS_PEAK_H_

#include <atomic>

#include "clear_refs.h"
#include "rusage.h"
#include "status.h"

namespace stageprof {

// The highest resident set since a sampler's previous sample. The kernel keeps one maximum for the
// process:
//
// - Without resets, that maximum says something about the window only if it rose in it. Otherwise
//   the larger of the resident sets at the two ends of the window stands for the peak, which is a
//   lower bound.
// - With resets, it is the exact peak since the last reset. Whoever resets first tells the maximum
//   to every other sampler, of any thread and of either kind, so that none misses a peak.
//
//   A samples:  baseline 50; then memory goes to 90 and back to 60
//   B resets:   tells A 90, above A's baseline, which becomes 0: the maximum is new from here
//   A samples:  the maximum is 60, but A has been told 90: its window's peak is 90
//
// Samplers live on their own threads. The lock that guards the exchange is taken only while at
// least one sampler of the process resets.
class RssPeak {
 public:
  RssPeak() = default;
  ~RssPeak() { Close(); }
  RssPeak(const RssPeak&) = delete;
  RssPeak& operator=(const RssPeak&) = delete;

  // `clear_refs` is null for lifetime mode. If the first reset fails, its source fails too, and the
  // sampler continues in lifetime mode.
  void Open(Rusage* rusage, Status* status, ClearRefs* clear_refs);
  void Close();

  // Calls getrusage, and ends the window with what it says.
  bool ReadUsage(Rusage::Boundary boundary, rusage* usage);

  // The peak of the window that ended with the last ReadUsage; `rss_bytes` is the resident set at
  // its end.
  double PeakBytes(double rss_bytes) const { return peak_ > rss_bytes ? peak_ : rss_bytes; }

  // The peak of the process since it started, by the last ReadUsage where that told it: the file
  // that has it too takes the kernel 20 us to write.
  double LifetimePeakBytes() const;

 private:
  double MaximumSinceReset(const rusage& usage);
  void EndWindow(double maximum);
  void ResetAndTell(double maximum);
  void Learn(double maximum);

  Rusage* rusage_ = nullptr;
  Status* status_ = nullptr;
  ClearRefs* clear_refs_ = nullptr;
  bool is_open_ = false;

  // A maximum up to this value was already there when the window began. Written by the owner, and
  // by whoever resets.
  std::atomic<double> baseline_{0};
  // The highest maximum told by those who reset during the window; -1 for none. Written by the same
  // threads.
  std::atomic<double> told_{-1};
  // Written by the owner only. -1 where nothing is known beyond the resident sets at the two ends.
  double peak_ = -1;
  // The kernel's maximum as of the last ReadUsage; -1 where it is not known.
  double maximum_ = -1;

  // Links of the process-wide list, guarded by its lock.
  RssPeak* previous_ = nullptr;
  RssPeak* next_ = nullptr;
};

// The highest resident set of the process since it started, across resets. NaN where it cannot be
// read.
double ReadLifetimePeakRssBytes(Status* status);

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_RSS_PEAK_H_
