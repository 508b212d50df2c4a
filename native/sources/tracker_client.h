#ifndef STAGEPROF_SOURCES_TRACKER_CLIENT_H_
#define STAGEPROF_SOURCES_TRACKER_CLIENT_H_

#include <math.h>
#include <stdint.h>

#include "../tracker/abi.h"
#include "source.h"

namespace stageprof {

struct FoundTracker {
  const StageprofTracker* tracker;  // that of the process; null if there is none to be used
  const char* missing;              // why
};
FoundTracker FindTracker();

// Native blocks of the process as the preloaded tracker counts them (20 to 30 ns with ten threads).
// Live bytes are exact for the reading thread; every other thread may have a batch that is not in
// them. A peak may lack a batch of every thread, including the reading one: see BoundBytes().
class TrackerClient : public Source {
 public:
  // More modules than there can be: the tracker's table is smaller.
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

  // One window for each sampler. If all windows are taken, the peaks of its readings are NaN.
  int32_t OpenWindow();
  void CloseWindow(int32_t window);

  // Requires that there is no failure.
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

  // Requires that there is no failure. Reads the calling thread's count, and ends no window.
  double ReadThreadAllocatedBytes() {
    StageprofTrackerReading counts;
    tracker_->read(STAGEPROF_TRACKER_NO_WINDOW, &counts);
    return static_cast<double>(counts.thread_allocated_bytes);
  }

  // Writes the bytes that each module has allocated into kModuleCells `cells`, of which `count` are
  // in use; both are NaN where modules are not counted. Returns the bytes of live mappings that
  // modules have made themselves. Those of node (V8's heap), of the allocator and of this addon are
  // not part of it. As of the last Read.
  double ReadModules(double* cells, double* count);

  // Writes the live bytes of each module, as its sampled blocks tell, into kModuleCells `cells`.
  // Returns how many are in use; NaN without a sample.
  double ReadLiveModules(double* cells) const;

  // For the names of the cells; too slow for every sample.
  struct Module {
    const char* name;
  };
  // Adds the modules that were loaded since the last call, and returns how many there are.
  uint32_t RefreshModules();
  bool ReadModule(uint32_t index, Module* module) const;
  // Resident bytes of the anonymous mappings that modules have made themselves: the sum, and by
  // module into kModuleCells `cells`. Mappings of files count as files. Requires that there is no
  // failure. The cost grows with what is mapped: 1 to 2 ms a GiB.
  double ReadResidentModules(double* cells) const;

  // By how much a peak may be off so far; live bytes may be off by one batch less. NaN without a
  // tracker.
  double BoundBytes() const;

  // What the tracker's tables had no room for, or what it could not follow; NaN without a tracker.
  struct Missed {
    double modules;      // how often a module had no room, and was charged to the unknown one
    double mappings;     // mappings, or parts of them, that are wrong in the mapped bytes
    double live_blocks;  // that the sample had no room for
  };
  Missed ReadMissed() const;

  // Bytes between two points of the sample of live blocks, on average; NaN without one.
  double LiveRate() const;

  template <typename Tell>
  void TellState(Tell tell) const {
    const Missed missed = ReadMissed();
    tell("boundBytes", BoundBytes());
    tell("modulesMissed", missed.modules);
    tell("mappingsMissed", missed.mappings);
    tell("liveMissed", missed.live_blocks);
    tell("liveRate", LiveRate());
  }

 private:
  bool CountsBlocks() const;
  void OpenModules();
  StageprofTrackerLive ReadLive() const;
  // Whether the module is node or the allocator, whose mappings are counted elsewhere, or this
  // addon.
  bool IsOwn(uint32_t module) const {
    return module == node_module_ || module == malloc_module_ || module == addon_module_;
  }

  const StageprofTracker* tracker_ = nullptr;
  bool tracks_modules_ = false;
  bool samples_live_ = false;
  static constexpr uint32_t kNoModule = UINT32_MAX;
  // The tracker's module 0 is the unknown one, which is none of these.
  uint32_t node_module_ = kNoModule;
  uint32_t malloc_module_ = kNoModule;
  // This addon maps recorders. They are unmapped when their memory is collected, which may be in
  // any stage.
  uint32_t addon_module_ = kNoModule;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_TRACKER_CLIENT_H_
