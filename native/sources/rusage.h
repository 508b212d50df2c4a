#ifndef STAGEPROF_SOURCES_RUSAGE_H_
#define STAGEPROF_SOURCES_RUSAGE_H_

#include <math.h>
#include <stddef.h>
#include <sys/resource.h>

#include "../support/clocks.h"
#include "../support/time_budget.h"
#include "source.h"

namespace stageprof {

// CPU, faults, context switches, block I/O and the resident peak of the process.
//
// One getrusage has them all in one system call, but adds up all threads: 0.9 us with one, 14 us
// with 256, 80 us with 1,024. In a process of many threads, each sample therefore reads what has
// the same cost at any number: RUSAGE_THREAD, whose ru_maxrss is that of the process, and the
// process clock with a timer (process_clock.h). The other counters are read as often as the budget
// allows, and until then a sample keeps the values of the last reading:
//
//   the end of call 1 reads 500 faults; call 2 makes 30, but its end is skipped, and has 500; call 3
//   begins without a reading, or nobody would be charged the 30, and its end reads 530
//
// Where there is no timer, the CPU is read with those counters.
class Rusage : public Source {
 public:
  // Which end of a call a reading is for. What the recorder reads is the end of an interval.
  enum class Boundary { kEntry, kExit };

  Rusage(Reader reader, TimeBudget* budget)
      : account_(budget, MostShare(reader)), reader_(reader) {}

  void Open();

  // Where the budget does not allow more, only ru_maxrss is new.
  bool Read(Boundary boundary, rusage* usage) {
    if (until_count_-- == 0) CountThreads();
    if (has_many_threads_) return ReadWithinBudget(boundary, usage);
    return ReadAll(usage);
  }

  // Whether the CPU is to be read from the process clock at each sample.
  bool reads_clock() const { return reads_clock_; }
  // Requires that the calling thread has just read its own clock. NaN where it cannot be read.
  double ReadClock() { return ReadClockNs(CLOCK_PROCESS_CPUTIME_ID); }

  template <typename Tell>
  void TellState(Tell tell) const {
    tell("readsClock", reads_clock_);
    tell("readings", readings_);
    tell("skipped", skipped_);
    tell("tickNs", tick_ns_);
  }

 private:
  bool ReadAll(rusage* usage) {
    if (getrusage(RUSAGE_SELF, usage) == 0) {
      ++readings_;
      return true;
    }
    failure_.SetFromErrno("getrusage", "RUSAGE_SELF");
    return false;
  }
  bool ReadWithinBudget(Boundary boundary, rusage* usage);
  bool MayReadAll(Boundary boundary);
  void CountThreads();
  bool PeakOfThreadIsThatOfProcess();

  TimeBudget::Account account_;
  const Reader reader_;
  int until_count_ = 0;  // readings until the threads are counted
  bool counts_threads_ = false;
  bool has_many_threads_ = false;
  bool reads_clock_ = false;
  // What the last reading of all threads in a process of many gave, and what it cost.
  rusage last_ = {};
  double cost_ns_ = 0;
  bool is_behind_ = false;  // the end of a call was skipped since
  double tick_ns_ = NAN;    // from one clock tick to the next
  double readings_ = 0;
  double skipped_ = 0;
};

// User and system time together.
inline double CpuNs(const rusage& usage) {
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

// ru_maxrss is in KiB on Linux.
inline double MaxRssBytes(const rusage& usage) {
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

// ru_inblock and ru_oublock count blocks of 512 bytes, whatever the block size of the file system.
constexpr double kBlockBytes = 512;

struct ChildrenUsage {
  double cpu_ns;
  double peak_rss_bytes;
};

// The usage of children that have ended and been waited for; the peak is that of the largest child.
// NaN where it cannot be read.
ChildrenUsage ReadChildrenUsage();

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_RUSAGE_H_
