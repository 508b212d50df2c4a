#ifndef STAGEPROF_TRACKER_WINDOWS_H_
#define STAGEPROF_TRACKER_WINDOWS_H_

#include <stdint.h>

namespace stageprof_tracker {

// The highest live bytes since a reader last asked, for readers that know nothing of each other.
//
//   live is 50; A and B read            both windows begin at 50
//   a batch brings it to 90             both are raised to 90
//   a batch brings it to 60; A reads    A is told 90, and begins again at 60
//   B reads                             B is told 90 as well
//
// Each window is one number that every batch raises: a reading costs one exchange, and a batch
// costs one load for each window. Any thread may call any of these.

// Returns -1 when all windows are taken.
int32_t OpenWindow(int64_t live_bytes);
void CloseWindow(int32_t window);
void RaiseWindows(int64_t live_bytes);
// Returns the highest value that the window saw, `live_bytes` included, and starts the next window
// with `live_bytes`.
int64_t ExchangeWindow(int32_t window, int64_t live_bytes);
// Called after OpenWindow and ExchangeWindow, with live bytes read once more. A batch between that
// reading and the first one has raised a value that the start of the window then overwrote. Either
// this reading sees the batch, or the batch sees the window: each writes its own value before it
// reads the other's, and all of these operations have one order (seq_cst, which on x64 costs
// nothing more than relaxed, and on arm64 a load-acquire for each window).
void BeginWindow(int32_t window, int64_t live_bytes);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_WINDOWS_H_
