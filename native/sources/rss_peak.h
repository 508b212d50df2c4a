#ifndef STAGEPROF_SOURCES_RSS_PEAK_H_
#define STAGEPROF_SOURCES_RSS_PEAK_H_

#include <atomic>

#include "clear_refs.h"
#include "rusage.h"
#include "status.h"

namespace stageprof {

// Highest resident set since a sampler's previous sample. The kernel keeps one maximum a process:
//
// - Without resets that maximum says something about the window only if it rose in it. Otherwise
//   the larger of the resident sets at the window's two ends stands for the peak: a lower bound.
// - With resets it is the exact peak since the last one. Whoever resets first tells every other
//   sampler, of any thread and either kind, what the maximum was, so none misses a peak.
//
//   A samples:  baseline 50; then memory goes to 90 and back to 60
//   B resets:   tells A 90, above A's baseline, which becomes 0: the maximum is new from here
//   A samples:  the maximum is 60, but A has been told 90: its window's peak is 90
//
// Samplers live on their own threads; the lock that guards the exchange is taken only while at
// least one sampler of the process resets.
class RssPeak {
 public:
  RssPeak() = default;
  ~RssPeak() { Close(); }
  RssPeak(const RssPeak&) = delete;
  RssPeak& operator=(const RssPeak&) = delete;

  // `clear_refs` is null for lifetime mode. If the first reset fails, so does its source, and the
  // sampler goes on in lifetime mode.
  void Open(Rusage* rusage, Status* status, ClearRefs* clear_refs);
  void Close();

  // getrusage, and what it says about this window, which ends here.
  bool ReadUsage(rusage* usage);

  // The peak of the window that ended with the last ReadUsage; `rss_bytes` is the resident set at
  // its end.
  double PeakBytes(double rss_bytes) const { return peak_ > rss_bytes ? peak_ : rss_bytes; }

 private:
  double MaximumSinceReset(const rusage& usage);
  void EndWindow(double maximum);
  void ResetAndTell(double maximum);
  void Learn(double maximum);

  Rusage* rusage_ = nullptr;
  Status* status_ = nullptr;
  ClearRefs* clear_refs_ = nullptr;
  bool is_open_ = false;

  // A maximum not above this was already there when the window began. Written by the owner, and by
  // whoever resets.
  std::atomic<double> baseline_{0};
  // The highest maximum told by those who reset during the window; -1 for none. Same writers.
  std::atomic<double> told_{-1};
  // Owner only. -1 where nothing is known above the resident sets at the window's ends.
  double peak_ = -1;

  // Members of the process-wide list; guarded by its lock.
  RssPeak* previous_ = nullptr;
  RssPeak* next_ = nullptr;
};

// Highest resident set of the process since it started, resets included. NaN when not readable.
double ReadLifetimePeakRssBytes(Status* status);

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_RSS_PEAK_H_
