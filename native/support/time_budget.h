#ifndef STAGEPROF_SUPPORT_TIME_BUDGET_H_
#define STAGEPROF_SUPPORT_TIME_BUDGET_H_

#include <math.h>
#include <stddef.h>

#include "clocks.h"

namespace stageprof {

// Limits all readings of one thread whose cost cannot be foreseen, together, to a share of the wall
// time. Each kind of reading has an account. Time that passes earns credit, each reading spends
// what it cost, and a reading is skipped if the credit of its account does not suffice.
//
//   a reading cost 30 ms instead of nothing: the credit is -30 ms, and 3 s pass until it is 0
//   again; the next is expected to cost 30 ms too, so it comes 6 s later
//
// What is earned is divided evenly among the accounts. What one of them has no room for goes to the
// others, so a single dear reading has the whole share, and two have half of it each: none can
// starve another.
class TimeBudget {
 public:
  // A reading at the end of the process, which no later one follows, may exceed the budget if it is
  // shorter: it delays the end only for a moment.
  static constexpr double kShortNs = 100e6;
  // The credit at the start, and what short silences may save up: some fifty readings of a clean
  // heap, so that the first stages of a program are measured too.
  static constexpr double kAllowanceNs = 100e3;

  class Account {
   public:
    // `most_share` limits this account further.
    Account(TimeBudget* budget, double most_share, double allowance_ns = kAllowanceNs)
        : budget_(budget),
          most_share_(most_share),
          allowance_ns_(allowance_ns),
          credit_ns_(allowance_ns),
          next_(budget->first_) {
      budget->first_ = this;
      ++budget->count_;
    }
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;

    // Asks for a reading that is expected to cost `expected_ns`. If it is allowed, End or Spend
    // must follow on the same thread.
    bool Begin(double expected_ns) {
      expected_ns_ = expected_ns;
      budget_->Earn();
      if (credit_ns_ < expected_ns) return false;
      expects_dear_ = expected_ns >= kDearNs;
      if (expects_dear_) cpu_began_ns_ = ReadClockNs(CLOCK_THREAD_CPUTIME_ID);
      return true;
    }

    // Ends the reading, and returns what it cost. Elapsed time is not cost on a busy machine: the
    // thread may have waited for a CPU, and one long wait would put off the next readings for
    // minutes. The thread's own clock costs more than a cheap reading, so it is read only if a dear
    // one is expected; of one that comes unexpected, no more is charged than makes the next
    // expected.
    double End() {
      const bool is_measured = expects_dear_ && !isnan(cpu_began_ns_);
      double cost_ns = is_measured ? ReadClockNs(CLOCK_THREAD_CPUTIME_ID) - cpu_began_ns_
                                   : ReadWallNs() - budget_->seen_ns_;
      if (!expects_dear_ && cost_ns > kDearNs) cost_ns = kDearNs;
      Spend(cost_ns);
      return cost_ns;
    }

    // Ends a reading whose cost was measured by another clock.
    void Spend(double cost_ns) { credit_ns_ -= cost_ns; }

   private:
    friend class TimeBudget;

    // Credit is bounded from above, or an hour of silence would pay for a burst of a thousand
    // readings. The bound is a few readings, or the end of one stage would always leave nothing for
    // the start of the next.
    double RoomNs() const {
      const double burst_ns = kBurst * expected_ns_;
      return (burst_ns > allowance_ns_ ? burst_ns : allowance_ns_) - credit_ns_;
    }

    // Takes as much of `offered_ns` as there is room for, and returns it.
    double Take(double offered_ns) {
      double taken_ns = offered_ns < open_ns_ ? offered_ns : open_ns_;
      const double room_ns = RoomNs();
      if (taken_ns > room_ns) taken_ns = room_ns;
      if (!(taken_ns > 0)) return 0;
      open_ns_ -= taken_ns;
      credit_ns_ += taken_ns;
      return taken_ns;
    }

    static constexpr double kBurst = 4;
    // Twenty readings of the thread's own clock.
    static constexpr double kDearNs = 10e3;

    TimeBudget* const budget_;
    const double most_share_;
    const double allowance_ns_;
    double credit_ns_;
    double expected_ns_ = 0;
    double open_ns_ = 0;  // what it may still take of the time that passed
    bool expects_dear_ = false;
    double cpu_began_ns_ = 0;
    Account* const next_;
  };

  explicit TimeBudget(double share) : share_(share) {}
  TimeBudget(const TimeBudget&) = delete;
  TimeBudget& operator=(const TimeBudget&) = delete;

  void Open() { seen_ns_ = ReadWallNs(); }

 private:
  void Earn() {
    const double now_ns = ReadWallNs();
    const double elapsed_ns = now_ns - seen_ns_;
    seen_ns_ = now_ns;
    double left_ns = share_ * elapsed_ns;
    const double part_ns = left_ns / static_cast<double>(count_);
    for (Account* account = first_; account != nullptr; account = account->next_) {
      account->open_ns_ = account->most_share_ * elapsed_ns;
      left_ns -= account->Take(part_ns);
    }
    for (Account* account = first_; account != nullptr && left_ns > 0; account = account->next_) {
      left_ns -= account->Take(left_ns);
    }
  }

  const double share_;
  double seen_ns_ = 0;
  Account* first_ = nullptr;
  size_t count_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_TIME_BUDGET_H_
