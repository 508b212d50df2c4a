// Windows are compared with a model. Threads raise and read them, and the counters raise them.
#include "windows.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "case.h"
#include "hooked.h"

using stageprof_tracker::CloseWindow;
using stageprof_tracker::ExchangeWindow;
using stageprof_tracker::OpenWindow;
using stageprof_tracker::RaiseWindows;

namespace {

constexpr int kThreads = 4;
constexpr size_t kSpikeBytes = 40000;

std::atomic<bool> is_over{false};
std::atomic<uint64_t> readings_ended{0};
// The number of a reading at whose end a spike was live.
std::atomic<uint64_t> survived{0};

// Each spike stays until the first reading that ends after the spike began.
void Spike() {
  while (!is_over.load()) {
    void* block = hooked_malloc(kSpikeBytes);
    const uint64_t before = readings_ended.load();
    uint64_t ended = before;
    while (ended == before && !is_over.load()) ended = readings_ended.load();
    if (ended != before) survived.store(ended);
    hooked_free(block);
  }
}

// A thread raises between its readings, so each reading must be at least as high as those raises.
void RaiseAndRead(uint32_t rounds, uint64_t seed) {
  Random random(seed);
  int32_t window = OpenWindow(0);
  EXPECT(window, >=, 0);
  for (uint32_t i = 0; i < rounds * 50; ++i) {
    int64_t highest = 0;
    for (uint64_t raises = random.Below(4); raises > 0; --raises) {
      const auto live = static_cast<int64_t>(random.Below(1 << 30));
      RaiseWindows(live);
      highest = std::max(highest, live);
    }
    const int64_t seen = ExchangeWindow(window, 0);
    EXPECT(seen, >=, highest);
    EXPECT(seen, <, 1 << 30);
    if (random.Below(20) != 0) continue;
    CloseWindow(window);
    window = OpenWindow(0);
    EXPECT(window, >=, 0);
  }
  CloseWindow(window);
}

}  // namespace

void windows(uint32_t rounds, uint64_t seed) {
  Random random(seed);
  std::map<int32_t, int64_t> peaks;  // of the open windows
  for (uint32_t i = 0; i < rounds * 100; ++i) {
    const auto live = static_cast<int64_t>(random.Below(1 << 20)) - (1 << 10);
    const auto window = static_cast<int32_t>(random.Below(70)) - 3;
    const auto found = peaks.find(window);
    switch (random.Below(5)) {
      case 0: {
        const int32_t opened = OpenWindow(live);
        EXPECT(opened == -1, ==, peaks.size() == 64);
        EXPECT(peaks.count(opened), ==, 0);
        // A level below zero counts as zero.
        if (opened != -1) peaks[opened] = std::max<int64_t>(live, 0);
        break;
      }
      case 1:
        if (random.Below(2) == 0) break;
        CloseWindow(window);
        if (found != peaks.end()) peaks.erase(found);
        break;
      case 2:
        RaiseWindows(live);
        for (auto& [number, peak] : peaks) peak = std::max(peak, live);
        break;
      default: {
        const int64_t seen = ExchangeWindow(window, live);
        EXPECT(seen, ==, found == peaks.end() ? live : std::max(found->second, live));
        if (found != peaks.end()) found->second = std::max<int64_t>(live, 0);
      }
    }
  }
}

void windows_threads(uint32_t rounds, uint64_t seed) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(RaiseAndRead, rounds, seed + i);
  for (std::thread& thread : threads) thread.join();
}

// The peak of a window includes what is live when it begins, even if that was allocated during the
// reading that begins the window.
void windows_begin(uint32_t rounds, uint64_t seed) {
  Random random(seed);
  const int32_t window = stageprof_tracker_v1.open_window();
  std::thread spikes(Spike);
  for (uint64_t reading = 1; reading <= rounds * 100; ++reading) {
    const StageprofTrackerReading now = ReadWindow(window);
    if (survived.load() == reading - 1 && reading != 1) {
      EXPECT(now.window_peak_bytes, >=, kSpikeBytes);
    }
    readings_ended.store(reading);
    // Without this wait the spike would always still be live at the next reading.
    for (volatile uint64_t wait = random.Below(500); wait > 0; wait = wait - 1) {
    }
  }
  is_over.store(true);
  spikes.join();
}
