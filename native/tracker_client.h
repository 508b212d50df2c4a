#ifndef STAGEPROF_TRACKER_CLIENT_H_
#define STAGEPROF_TRACKER_CLIENT_H_

#include <math.h>
#include <stdint.h>

#include "failure.h"
#include "tracker/abi.h"

namespace stageprof {

// Native blocks of the process as the preloaded tracker counts them (10 to 20 ns). Exact for the
// reading thread; of other threads up to bound_bytes may be missing, live bytes and peak alike.
class TrackerClient {
 public:
  struct Reading {
    double live_bytes;
    double peak_bytes;  // highest live bytes since this window's previous reading
    double allocated_bytes;
    double allocated_blocks;
    double thread_allocated_bytes;
    double thread_allocated_blocks;
  };

  void Open();

  // One for each sampler. Where all are taken, peaks of its readings are NaN.
  int32_t OpenWindow();
  void CloseWindow(int32_t window);

  // Only without a failure.
  void Read(int32_t window, Reading* reading) {
    StageprofTrackerReading counts;
    tracker_->read(window, &counts);
    reading->live_bytes = static_cast<double>(counts.live_bytes);
    reading->peak_bytes =
        window == STAGEPROF_TRACKER_NO_WINDOW ? NAN : static_cast<double>(counts.window_peak_bytes);
    reading->allocated_bytes = static_cast<double>(counts.allocated_bytes);
    reading->allocated_blocks = static_cast<double>(counts.allocated_blocks);
    reading->thread_allocated_bytes = static_cast<double>(counts.thread_allocated_bytes);
    reading->thread_allocated_blocks = static_cast<double>(counts.thread_allocated_blocks);
  }

  // By how much live bytes and peak may be off so far; NaN without a tracker.
  double BoundBytes() const;

  Failure failure;

 private:
  bool CountsBlocks() const;

  const StageprofTracker* tracker_ = nullptr;
};

}  // namespace stageprof

#endif  // STAGEPROF_TRACKER_CLIENT_H_
