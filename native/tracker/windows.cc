#include "windows.h"

#include <atomic>

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
// The order for a window's value and for the number of windows, where they meet live bytes: see
// BeginWindow.
constexpr auto kOrdered = std::memory_order_seq_cst;
constexpr int32_t kWindows = 64;
// The value of a window that is closed. No live bytes are above it, so no batch ever raises it.
constexpr int64_t kClosed = INT64_MAX;

// Stored as the distance to kClosed, so that in zero-initialised memory all windows are closed.
std::atomic<int64_t> below_closed[kWindows];
// Windows from here on were never open.
std::atomic<int32_t> windows_used{0};

int64_t Stored(int64_t live_bytes) {
  // Live bytes may be below zero, and the distance must fit.
  return kClosed - (live_bytes < 0 ? 0 : live_bytes);
}

void Raise(std::atomic<int64_t>* window, int64_t raised) {
  int64_t seen = window->load(kOrdered);
  while (seen > raised && !window->compare_exchange_weak(seen, raised, kOrdered)) {
  }
}

void UseWindow(int32_t window) {
  int32_t seen = windows_used.load(kOrdered);
  while (seen <= window && !windows_used.compare_exchange_weak(seen, window + 1, kOrdered)) {
  }
}

}  // namespace

int32_t OpenWindow(int64_t live_bytes) {
  for (int32_t window = 0; window < kWindows; ++window) {
    int64_t closed = 0;
    if (!below_closed[window].compare_exchange_strong(closed, Stored(live_bytes), kOrdered)) {
      continue;
    }
    UseWindow(window);
    return window;
  }
  return -1;
}

void CloseWindow(int32_t window) {
  if (window >= 0 && window < kWindows) below_closed[window].store(0, kRelaxed);
}

void RaiseWindows(int64_t live_bytes) {
  // Not relaxed: with that order a batch may read the number before it has written its live bytes, and
  // pass by a window whose opener has read live bytes without the batch.
  const int32_t used = windows_used.load(kOrdered);
  const int64_t raised = Stored(live_bytes);
  for (int32_t window = 0; window < used; ++window) Raise(&below_closed[window], raised);
}

void BeginWindow(int32_t window, int64_t live_bytes) {
  if (window >= 0 && window < kWindows) Raise(&below_closed[window], Stored(live_bytes));
}

int64_t ExchangeWindow(int32_t window, int64_t live_bytes) {
  if (window < 0 || window >= windows_used.load(kRelaxed)) return live_bytes;
  // A closed window must stay closed.
  if (below_closed[window].load(kRelaxed) == 0) return live_bytes;
  const int64_t seen = kClosed - below_closed[window].exchange(Stored(live_bytes), kOrdered);
  return seen > live_bytes ? seen : live_bytes;
}

}  // namespace stageprof_tracker
