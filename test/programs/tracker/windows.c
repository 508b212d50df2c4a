// Checks that two readers with windows of their own both see a spike between two readings.
#include "check.h"

int main(void) {
  open_tracker();
  if (tracker == NULL) return 0;
  const int32_t a = tracker->open_window();
  const int32_t b = tracker->open_window();
  const int64_t base = read_window(a).live_bytes;
  void* block = malloc(10 << 20);
  const int64_t bytes = (int64_t)malloc_usable_size(block);
  free(block);
  check("a sees the spike", base + bytes, read_window(a).window_peak_bytes);
  check("a not again", base, read_window(a).window_peak_bytes);
  block = malloc(1 << 20);
  const int64_t small = (int64_t)malloc_usable_size(block);
  free(block);
  check("a sees the smaller", base + small, read_window(a).window_peak_bytes);
  check("b sees the higher", base + bytes, read_window(b).window_peak_bytes);
  check("b not again", base, read_window(b).window_peak_bytes);
  check("peak", base + bytes, read_now().peak_bytes);
  check("without a window", base, read_now().window_peak_bytes);

  // A block that is live all the time counts in every window.
  block = malloc(2 << 20);
  const int64_t held = (int64_t)malloc_usable_size(block);
  read_window(a);
  check("held", base + held, read_window(a).window_peak_bytes);
  free(block);
  check("held until now", base + held, read_window(a).window_peak_bytes);
  check("gone", base, read_window(a).window_peak_bytes);

  tracker->close_window(a);
  check("closed", base, read_window(a).window_peak_bytes);
  check("given again", a, tracker->open_window());
  for (int i = 2; i < 64; ++i) check("open", i, tracker->open_window());
  check("all taken", STAGEPROF_TRACKER_NO_WINDOW, tracker->open_window());
  return 0;
}
