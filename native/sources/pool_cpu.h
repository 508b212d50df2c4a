#ifndef STAGEPROF_SOURCES_POOL_CPU_H_
#define STAGEPROF_SOURCES_POOL_CPU_H_

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "../support/descriptors.h"
#include "../support/time_budget.h"
#include "../threads/pool_threads.h"
#include "source.h"

namespace stageprof {

// CPU time of the threads of libuv's pool. It is that of the whole process: who queued the work
// cannot be told (docs/pool.md). Reading each thread's clock is a system call, so the clocks are
// read only when threads other than the calling one have run since the last reading; otherwise
// nothing can have changed.
class PoolCpu : public Source {
 public:
  PoolCpu(Reader reader, TimeBudget* budget)
      : looks_(budget, MostShare(reader), kLookAllowanceNs),
        clocks_(budget, MostShare(reader)),
        least_noticed_ns_(reader == Reader::kMeasuredThread ? 20e3 : 1e6) {}

  void Open();
  void Close();

  // Writes nanoseconds since the threads were started: 0 while there is no pool, NaN where its
  // threads cannot be told from others. `others_ns` is the CPU time of all other threads of the
  // process. Returns whether clocks were read, which uses CPU of the calling thread.
  bool Read(double others_ns, double* cpu_ns) {
    const bool is_read = WouldRead(others_ns) && ReadAnew(others_ns);
    *cpu_ns = cpu_ns_;
    return is_read;
  }

  // Whether the others have used enough for a reading of the clocks.
  bool WouldRead(double others_ns) const {
    return !(fabs(others_ns - seen_others_ns_) < noticed_ns_);
  }

  // Why the threads of the pool are not known; null while they are, or while there is no pool.
  const char* reason() const;

 private:
  // The clocks are read again once the others have used so much, which is also how far a value may
  // lag. Reading them takes a tenth of that or less. The least value for a measured thread is that
  // of four threads: the process's clock and the thread's are read one after the other, and the time
  // between the two readings is not the work of others. A recorder's reading is no end of a stage.
  static constexpr double kNoticedNsPerThread = 5e3;
  static constexpr size_t kUsualThreads = 4;

  // Looking for the threads of the pool may take some time at the start, when the pool begins.
  static constexpr double kLookAllowanceNs = 5e6;

  // False where the budget has no time for it.
  bool ReadAnew(double others_ns);
  double SumNs();
  // Looks for the threads of the pool if there are more threads than at the last look.
  void Look();

  TimeBudget::Account looks_;
  // For the clocks of a pool that is larger than libuv makes it by itself.
  TimeBudget::Account clocks_;
  const double least_noticed_ns_;
  Descriptor folder_;
  // The number of threads at the last look; before the first look, a number that cannot be.
  size_t seen_count_ = SIZE_MAX;
  PoolThreads::Found found_ = PoolThreads::Found::kNone;
  PoolThreads pool_;
  double seen_others_ns_ = NAN;
  double cpu_ns_ = NAN;
  double noticed_ns_ = least_noticed_ns_;
  // What the last look cost, and the last reading of all clocks of a larger pool.
  double look_ns_ = 0;
  double sum_ns_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_POOL_CPU_H_
