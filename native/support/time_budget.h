#ifndef STAGEPROF_SUPPORT_TIME_BUDGET_H_
#define STAGEPROF_SUPPORT_TIME_BUDGET_H_

#include "clocks.h"

namespace stageprof {

// Limits a reading whose cost cannot be foreseen to a share of the wall time: by default one
// percent for an environment, all its samplers together. Time that passes earns credit, each
// reading spends what it cost, and a reading is skipped if the credit does not suffice.
//
//   a reading cost 30 ms instead of nothing: the credit is -30 ms, and 3 s pass until it is 0
//   again; the next is expected to cost 30 ms too, so it comes 6 s later
//
// Credit is bounded from above, or an hour of silence would pay for a burst of a thousand such
// readings. The bound is a few readings, or the end of one stage would always leave nothing for the
// start of the next.
class TimeBudget {
 public:
  explicit TimeBudget(double share = 0.01) : share_(share) {}

  void Open() { seen_ns_ = ReadWallNs(); }

  // Asks for a reading that is expected to cost `expected_ns`. If it is allowed, End must follow.
  bool Begin(double expected_ns) {
    const double now_ns = ReadWallNs();
    credit_ns_ += share_ * (now_ns - seen_ns_);
    seen_ns_ = now_ns;
    const double most_ns =
        kBurst * expected_ns > kAllowanceNs ? kBurst * expected_ns : kAllowanceNs;
    if (credit_ns_ > most_ns) credit_ns_ = most_ns;
    return credit_ns_ >= expected_ns;
  }

  // Ends the reading, and returns what it cost.
  double End() {
    const double cost_ns = ReadWallNs() - seen_ns_;
    credit_ns_ -= cost_ns;
    return cost_ns;
  }

 private:
  static constexpr double kBurst = 4;
  // The credit at the start, and what short silences may save up: some fifty readings of a clean
  // heap, so that the first stages of a program are measured too.
  static constexpr double kAllowanceNs = 100e3;

  double share_;
  double credit_ns_ = kAllowanceNs;
  double seen_ns_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_TIME_BUDGET_H_
