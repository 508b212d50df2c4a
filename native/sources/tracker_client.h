#ifndef STAGEPROF_SOURCES_TRACKER_CLIENT_H_
#define STAGEPROF_SOURCES_TRACKER_CLIENT_H_

#include <math.h>
#include <stdint.h>

#include "../tracker/abi.h"
#include "source.h"

namespace stageprof {

// Native blocks of the process as the preloaded tracker counts them (20 to 30 ns with ten threads).
// Live bytes are exact for the reading thread, and other threads may each have a batch that is not
// in them. A peak may lack a batch of every thread, the reading one included: BoundBytes().
class TrackerClient : public Source {
 public:
  // More than there can be: the tracker's table is smaller.
  static constexpr uint32_t kMostModules = 1024;

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

  // Only without a failure. Of the calling thread; no window's peak ends.
  double ReadThreadAllocatedBytes() {
    StageprofTrackerReading counts;
    tracker_->read(STAGEPROF_TRACKER_NO_WINDOW, &counts);
    return static_cast<double>(counts.thread_allocated_bytes);
  }

  // Allocated bytes by module into kModuleCells `cells`, of which `count` are in use, both NaN
  // where modules are not counted. Returns the bytes of live mappings that modules have made
  // themselves; not node, whose own are V8's heap, nor the allocator, nor this addon. As of the
  // last Read.
  double ReadModules(double* cells, double* count);

  // For the names of the cells; not for every sample.
  struct Module {
    const char* name;
  };
  // Modules that were loaded since the last time are known from now on. How many there are.
  uint32_t RefreshModules();
  bool ReadModule(uint32_t index, Module* module) const;
  // Resident bytes of the anonymous mappings that modules have made themselves, in all, and by module
  // into kModuleCells `cells`; those of files are the files'. Only without a failure. Costs in
  // proportion to what is mapped: 1 to 2 ms a GiB.
  double ReadResidentModules(double* cells) const;

  // By how much a peak may be off so far, and live bytes by one batch less; NaN without a tracker.
  double BoundBytes() const;

  // What the tracker's tables had no room for, or could not follow; NaN without a tracker.
  struct Missed {
    double modules;   // how often one was met, and charged to the unknown one
    double mappings;  // or parts of them, that mapped bytes do not have right
  };
  Missed ReadMissed() const;

  template <typename Tell>
  void TellState(Tell tell) const {
    const Missed missed = ReadMissed();
    tell("boundBytes", BoundBytes());
    tell("modulesMissed", missed.modules);
    tell("mappingsMissed", missed.mappings);
  }

 private:
  bool CountsBlocks() const;
  void OpenModules();
  // Node or the allocator, whose mappings are told elsewhere, or this addon.
  bool IsOwn(uint32_t module) const {
    return module == node_module_ || module == malloc_module_ || module == addon_module_;
  }

  const StageprofTracker* tracker_ = nullptr;
  bool tracks_modules_ = false;
  static constexpr uint32_t kNoModule = UINT32_MAX;
  // The tracker's 0 is the unknown module, which is nobody's own.
  uint32_t node_module_ = kNoModule;
  uint32_t malloc_module_ = kNoModule;
  // What it maps are recorders, given back when their memory is collected: in any stage.
  uint32_t addon_module_ = kNoModule;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_TRACKER_CLIENT_H_
