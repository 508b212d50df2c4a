// What the addon's client says of the tracker it finds, or does not.
#include <math.h>

#include "../../../native/tracker_client.h"
#include "check.h"

int main() {
  stageprof::TrackerClient client;
  client.Open();
  open_tracker();
  if (client.failure) {
    say("%s\n", client.failure.reason());
    return 0;
  }
  const int32_t a = client.OpenWindow();
  const int32_t b = client.OpenWindow();
  stageprof::TrackerClient::Reading before;
  stageprof::TrackerClient::Reading now;
  client.Read(a, &before);
  void* block = malloc(3000000);
  const auto bytes = static_cast<int64_t>(malloc_usable_size(block));
  client.Read(b, &now);
  check("live", bytes, static_cast<int64_t>(now.live_bytes - before.live_bytes));
  check("allocated", bytes, static_cast<int64_t>(now.allocated_bytes - before.allocated_bytes));
  check("blocks", 1, static_cast<int64_t>(now.allocated_blocks - before.allocated_blocks));
  check("own", bytes,
        static_cast<int64_t>(now.thread_allocated_bytes - before.thread_allocated_bytes));
  check("own blocks", 1,
        static_cast<int64_t>(now.thread_allocated_blocks - before.thread_allocated_blocks));
  free(block);
  client.Read(a, &now);
  check("peak", bytes, static_cast<int64_t>(now.peak_bytes - before.live_bytes));
  check("gone", 0, static_cast<int64_t>(now.live_bytes - before.live_bytes));
  client.Read(STAGEPROF_TRACKER_NO_WINDOW, &now);
  check("no peak without a window", 1, isnan(now.peak_bytes));

  // Less than a batch: live bytes are exact when it is over, and nobody but this thread saw it.
  client.Read(a, &before);
  block = malloc(30000);
  const auto spike = static_cast<int64_t>(malloc_usable_size(block));
  free(block);
  client.Read(a, &now);
  check("the spike is over", 0, static_cast<int64_t>(now.live_bytes - before.live_bytes));
  const auto missing = spike - static_cast<int64_t>(now.peak_bytes - before.live_bytes);
  const auto bound = static_cast<int64_t>(client.BoundBytes());
  check("a spike of 30,000 bytes is within the bound", 1, missing <= bound);
  check("a bound of one thread's batch", static_cast<int64_t>(tracker->batch_bytes), bound);
  client.CloseWindow(a);
  client.CloseWindow(b);
  say("counts\n");
  return 0;
}
