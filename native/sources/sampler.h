#ifndef STAGEPROF_SOURCES_SAMPLER_H_
#define STAGEPROF_SOURCES_SAMPLER_H_

#include <math.h>
#include <stdint.h>
#include <time.h>

#include <atomic>

#include "isolate_heaps.h"
#include "rss_peak.h"
#include "sources.h"
#include "v8_heap.h"

namespace stageprof {

// Fills one sample from the sources. What the mask leaves out, and what a source that failed to
// open cannot give, is set to NaN once by Open and not touched again.
class Sampler {
 public:
  // A thread that is sampled by another one. The other thread can neither ask V8 nor read that
  // clock as its own.
  struct OtherThread {
    const V8Heap* heap;
    clockid_t clock;
  };

  // `slots` is the caller's memory, kSampleLength doubles; it must stay valid until Close.
  // `sources` must be open.
  void Open(Sources* sources, double* slots, uint32_t mask) { Open(sources, slots, mask, nullptr); }
  // Samples `other` from this thread: its heap as it was last published, without collections.
  // thread_native_alloc_bytes, which only the thread itself can read, is NaN.
  void OpenFromOutside(Sources* sources, double* slots, uint32_t mask, const OtherThread& other) {
    Open(sources, slots, mask, &other);
  }
  void Close();

  // Reads the clocks last, so that the cost of sampling falls before the stage.
  void ReadEntry();
  // The mirror of ReadEntry: it reads the clocks first, so that both ends of a stage are equally
  // close to it.
  void ReadExit();
  // Reads what this thread alone has used, when another stage begins to run. It fills three slots;
  // the others keep their last values.
  void ReadThreadUse();
  // The same when the event loop is about to wait, if that was asked for.
  void ReadThreadUseBeforeWait();

  // Writes who holds the resident set of the last sample into kAccountLength cells, on the
  // sampler's own thread, whatever the allocator's statistics cost. False where the time for the
  // list of mappings is spent.
  bool ReadAccount(double* account);
  // The same on another thread. Parts that there is no time for are as old as the account says.
  void ReadAccountFromOutside(MappedParts::Look look, double* account);
  // For an account from before the teardown of the process: goes through the mappings once more, and
  // asks the allocator anew. No more of what the teardown has freed is told than the other parts
  // leave.
  void RenewParts(MappedParts::Look look, double* account);

  // For a thread that is sampled from outside: the peak of its used heap between two samples, which
  // the isolate's thread raises, and its CPU time now, whatever the mask.
  std::atomic<double>* shared_heap_peak() { return &shared_heap_peak_; }
  double ReadOtherClockNs() const { return ReadClockNs(other_.clock); }

  // The highest resident set of the process since it started, by the last sample where it measures
  // the peak.
  double LifetimePeakRssBytes();

 private:
  void Open(Sources* sources, double* slots, uint32_t mask, const OtherThread* other);
  void ReadAccountCounters(const V8Heap& heap, double* account) const;
  void AddLeavingHeaps(double* account) const;
  double ReadFreeBytes();
  // At the end of the process: asks the allocator anew if its answer is older than the counters, or
  // what was freed since would have no owner.
  void RenewFreeBytes(double* account);
  const V8Heap& this_heap() const {
    return other_.heap == nullptr ? sources_->v8_heap : *other_.heap;
  }
  void ReadHeap();
  void ReadPublishedHeap();
  void ReadLevelsTogether();
  void ReadMalloc();
  void ReadTracker();
  void FillSlots();
  void ReadUsage(Rusage::Boundary boundary);
  void ReadThreadClock();
  void ReadProcessClock();
  bool ReadPool();
  void ReadWall();
  void Derive();
  // The tracker knows better than the allocator what has been handed out: glibc, for one, counts its
  // thread caches as handed out.
  double FreeBytes(const MallocStats::Reading& reading, double tracked_live_bytes) const {
    return reads_.tracker ? reading.live_bytes + reading.free_bytes - tracked_live_bytes
                          : reading.free_bytes;
  }

  Sources* sources_ = nullptr;
  double* slots_ = nullptr;
  OtherThread other_ = {};  // has no heap in the sampler of its own thread

  // Which sources to read at each sample.
  struct {
#define STAGEPROF_FLAG(Type, name, groups) bool name = false;
    STAGEPROF_SOURCES(STAGEPROF_FLAG)
#undef STAGEPROF_FLAG
  } reads_;
  // Which parts of the heap and of getrusage to give.
  bool gives_js_ = false;
  bool gives_stores_ = false;
  bool gives_live_ = false;
  bool gives_cpu_ = false;
  bool gives_io_ = false;
  bool gives_peak_ = false;

  RssPeak rss_peak_;
  V8Heap::Window heap_window_;
  OthersWindow others_window_;
  int32_t tracker_window_ = STAGEPROF_TRACKER_NO_WINDOW;
  std::atomic<double> shared_heap_peak_{0};
  // Values of the present sample; blocks include backing stores. NaN where the budget skipped the
  // reading.
  V8Heap::Peaks heap_peaks_;
  double tracked_live_bytes_ = 0;
  double tracked_peak_bytes_ = 0;
  // The sum over all isolates.
  double stores_bytes_ = 0;
  // Resident pages of the other isolates' heaps, and of those that went a moment ago.
  double others_physical_bytes_ = 0;
  double leaving_bytes_ = 0;
  // CPU of the thread that samples another one, as far as it was needed; 0 otherwise.
  double own_cpu_ns_ = 0;
  // The backing stores of the sampled thread's isolate at the last sample from outside.
  double published_stores_ = 0;
  MallocStats::Reading malloc_ = {};
  // What was free in the allocator when it was last asked, and when that was; NaN before.
  double free_bytes_ = NAN;
  double free_at_ns_ = NAN;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_SAMPLER_H_
