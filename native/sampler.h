#ifndef STAGEPROF_SAMPLER_H_
#define STAGEPROF_SAMPLER_H_

#include <stdint.h>

#include "rss_peak.h"
#include "sources.h"
#include "v8_heap.h"

namespace stageprof {

// Fills one sample from the sources. What the mask leaves out, or a source that failed when it was
// opened cannot give, is set to NaN once by Open and not touched again.
class Sampler {
 public:
  // What this sampler has had of the budget for malloc's statistics.
  struct MallocUse {
    uint64_t readings = 0;
    uint64_t skipped = 0;
  };

  // `slots` is the caller's memory, kSampleLength doubles; it must stay valid until Close.
  // `sources` must be open.
  void Open(Sources* sources, double* slots, uint32_t mask);
  void Close();

  // Clocks last: what sampling costs falls before the stage.
  void ReadEntry();
  // The mirror of ReadEntry: clocks first, so that both ends of a stage stand equally near to it.
  void ReadExit();
  // What this thread alone has used, at a change of the stage that runs: three slots, the others
  // keep their last values.
  void ReadSlice();
  // The same when the event loop is about to wait, where that was asked for.
  void ReadSliceBeforeWait();

  // What the allocator holds without having handed it out, as of the last sample but read now, and
  // whatever that costs; NaN where it cannot be read.
  double ReadHeldBytes();

  const MallocUse& malloc_use() const { return malloc_use_; }

 private:
  void ReadHeap();
  void ReadMalloc();
  void ReadTracker();
  void ReadRss();
  void ReadUsage();
  void ReadThreadClock();
  bool ReadPool();
  void ReadWall();
  void Derive();
  double HeldBytes(const MallocStats::Reading& reading, double tracked_live_bytes) const;

  Sources* sources_ = nullptr;
  double* slots_ = nullptr;

  // What to read at each sample.
  bool reads_heap_ = false;
  bool reads_malloc_ = false;
  bool reads_tracker_ = false;
  bool reads_rss_ = false;
  bool reads_usage_ = false;
  bool reads_thread_clock_ = false;
  bool reads_pool_ = false;
  // What of the heap and of getrusage to give.
  bool gives_js_ = false;
  bool gives_live_ = false;
  bool gives_cpu_ = false;
  bool gives_io_ = false;

  RssPeak rss_peak_;
  V8Heap::Window heap_window_;
  int32_t tracker_window_ = STAGEPROF_TRACKER_NO_WINDOW;
  MallocUse malloc_use_;
  // Of the present sample; blocks include backing stores. NaN where the budget skipped the reading.
  V8Heap::Peaks heap_peaks_;
  double tracked_live_bytes_ = 0;
  double tracked_peak_bytes_ = 0;
  MallocStats::Reading malloc_ = {};
};

}  // namespace stageprof

#endif  // STAGEPROF_SAMPLER_H_
