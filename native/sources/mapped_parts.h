#ifndef STAGEPROF_SOURCES_MAPPED_PARTS_H_
#define STAGEPROF_SOURCES_MAPPED_PARTS_H_

#include <math.h>

#include "../support/time_budget.h"
#include "sample_layout.h"
#include "smaps.h"
#include "source.h"
#include "tracker_client.h"

namespace stageprof {

// The parts that are found by going through the list of mappings. The cost grows with the mappings
// and the memory of the process, so this is done only as often as a share of the elapsed time
// allows, which is larger while the resident set changes; between two looks the parts are as old as
// `mappings_at_ns` says. Each thread that reads an account has its own.
class MappedParts : public Source {
 public:
  enum class Look {
    kNever,
    kWithinBudget,
    // At the end of the process: beyond the budget too, if that delays the end only for a moment.
    kIfShort,
  };

  MappedParts(Reader reader, TimeBudget* budget)
      : account_(budget, reader == Reader::kRecorder ? kQuietShare : MostShare(reader)),
        change_account_(budget, 0.01) {}

  void Open() {}

  // Goes through the mappings where `look` allows it, and fills the cells of `account`. They are
  // NaN if that was never done; without the tracker, so are those that only the tracker knows. The
  // cell of the resident set has to be filled before.
  void Read(Look look, TrackerClient* tracker, double* account);
  // The same for an `account` from before a teardown, which frees mappings and makes none: what is
  // there now was there then, and what has gone is told as it was.
  void Raise(Look look, TrackerClient* tracker, double* account);

 private:
  static constexpr MappingTotals kUnknown = {NAN, NAN, NAN, NAN, NAN, {}};
  // For the recorder's looks while the resident set stays, which seldom find anything new.
  static constexpr double kQuietShare = 0.0001;
  // A smaller change is not worth a look.
  static constexpr double kChangeBytes = 4 << 20;

  void ReadIfAllowed(Look look, TrackerClient* tracker, const double* account);
  void WriteParts(double* account) const;
  bool MayLook(Look look, double rss_bytes);
  void ReadAnew(TrackerClient* tracker);

  TimeBudget::Account account_;
  TimeBudget::Account change_account_;  // for looks at a changed resident set
  double cost_ns_ = 0;
  double rss_bytes_ = NAN;  // at the last look
  double mapped_bytes_ = NAN;
  MappingTotals files_ = kUnknown;
  double at_ns_ = NAN;
  double modules_[kModuleCells] = {};
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_MAPPED_PARTS_H_
