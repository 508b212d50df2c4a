#include "tracker_client.h"

#include <stdlib.h>

#include "symbols.h"

namespace stageprof {

void TrackerClient::Open() {
  const auto* found = static_cast<const StageprofTracker*>(FindSymbol(STAGEPROF_TRACKER_SYMBOL));
  if (found == nullptr) {
    failure.Set("the tracker is not preloaded");
    return;
  }
  // A larger structure is a later tracker's, which keeps what is read here.
  if (found->magic != STAGEPROF_TRACKER_MAGIC || found->version != STAGEPROF_TRACKER_VERSION ||
      found->struct_bytes < sizeof *found) {
    failure.Set("the preloaded tracker is of another version");
    return;
  }
  tracker_ = found;
  StageprofTrackerState state;
  tracker_->read_state(&state);
  if (state.failure != nullptr) {
    failure.Set(state.failure);
  } else if (!CountsBlocks()) {
    failure.Set("another library takes malloc before the tracker");
  }
}

int32_t TrackerClient::OpenWindow() {
  return failure ? STAGEPROF_TRACKER_NO_WINDOW : tracker_->open_window();
}

void TrackerClient::CloseWindow(int32_t window) {
  if (window != STAGEPROF_TRACKER_NO_WINDOW) tracker_->close_window(window);
}

double TrackerClient::BoundBytes() const {
  if (tracker_ == nullptr) return NAN;
  StageprofTrackerState state;
  tracker_->read_state(&state);
  // The reading thread's own batch is handed over before each reading.
  const uint32_t others = state.threads_highest > 0 ? state.threads_highest - 1 : 0;
  return static_cast<double>(others) * static_cast<double>(tracker_->batch_bytes);
}

// Being there is not enough: the program may define malloc itself, or another library precede.
bool TrackerClient::CountsBlocks() const {
  StageprofTrackerReading before;
  StageprofTrackerReading after;
  tracker_->read(STAGEPROF_TRACKER_NO_WINDOW, &before);
  // volatile: the compiler may drop a malloc that only meets its free.
  void* volatile block = malloc(1);
  tracker_->read(STAGEPROF_TRACKER_NO_WINDOW, &after);
  free(block);
  return after.thread_allocated_blocks == before.thread_allocated_blocks + 1;
}

}  // namespace stageprof
