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
// Each window is one number that every batch raises: a reading costs one exchange, and a batch one
// load a window. Any thread may call any of these.

// -1 when all are taken.
int32_t OpenWindow(int64_t live_bytes);
void CloseWindow(int32_t window);
void RaiseWindows(int64_t live_bytes);
// What the window saw, `live_bytes` included, with which the next begins.
int64_t ExchangeWindow(int32_t window, int64_t live_bytes);
// After the two that begin a window, with live bytes read once more. A batch that came after their
// live bytes were read has raised what the beginning then overwrote. Either this reading sees the
// batch, or the batch the window: each writes its own before it looks at the other's, in the one
// order of all such (seq_cst; on x64 it costs nothing more than relaxed).
void BeginWindow(int32_t window, int64_t live_bytes);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_WINDOWS_H_
