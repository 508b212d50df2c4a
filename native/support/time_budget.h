#ifndef STAGEPROF_SUPPORT_TIME_BUDGET_H_
#define STAGEPROF_SUPPORT_TIME_BUDGET_H_

#include <math.h>

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
  // A reading at the end of the process, which no later one follows, may exceed the budget if it is
  // shorter: it delays the end only for a moment.
  static constexpr double kShortNs = 100e6;

  explicit TimeBudget(double share = 0.01) : share_(share) {}

  void Open() { seen_ns_ = ReadWallNs(); }

  // Asks for a reading that is expected to cost `expected_ns`. If it is allowed, End or Spend must
  // follow on the same thread.
  bool Begin(double expected_ns) {
    const double now_ns = ReadWallNs();
    credit_ns_ += share_ * (now_ns - seen_ns_);
    seen_ns_ = now_ns;
    const double most_ns =
        kBurst * expected_ns > kAllowanceNs ? kBurst * expected_ns : kAllowanceNs;
    if (credit_ns_ > most_ns) credit_ns_ = most_ns;
    if (credit_ns_ < expected_ns) return false;
    expects_dear_ = expected_ns >= kDearNs;
    if (expects_dear_) cpu_began_ns_ = ReadClockNs(CLOCK_THREAD_CPUTIME_ID);
    return true;
  }

  // Ends the reading, and returns what it cost. Elapsed time is not cost on a busy machine: the
  // thread may have waited for a CPU, and one long wait would put off the next readings for
  // minutes. The thread's own clock costs more than a cheap reading, so it is read only if a dear
  // one is expected; of one that comes unexpected, no more is charged than makes the next expected.
  double End() {
    const bool is_measured = expects_dear_ && !isnan(cpu_began_ns_);
    double cost_ns = is_measured ? ReadClockNs(CLOCK_THREAD_CPUTIME_ID) - cpu_began_ns_
                                 : ReadWallNs() - seen_ns_;
    if (!expects_dear_ && cost_ns > kDearNs) cost_ns = kDearNs;
    Spend(cost_ns);
    return cost_ns;
  }

  // Ends a reading whose cost was measured by another clock.
  void Spend(double cost_ns) { credit_ns_ -= cost_ns; }

 private:
  static constexpr double kBurst = 4;
  // The credit at the start, and what short silences may save up: some fifty readings of a clean
  // heap, so that the first stages of a program are measured too.
  static constexpr double kAllowanceNs = 100e3;
  // Twenty readings of the thread's own clock.
  static constexpr double kDearNs = 10e3;

  double share_;
  double credit_ns_ = kAllowanceNs;
  double seen_ns_ = 0;
  bool expects_dear_ = false;
  double cpu_began_ns_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_TIME_BUDGET_H_
