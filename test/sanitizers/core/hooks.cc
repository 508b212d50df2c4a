// Random calls of the malloc family on one thread are compared with a model. The counts are exact
// at every reading, and a peak between two readings is off by at most one batch.
#include <malloc.h>

#include <algorithm>
#include <vector>

#include "batch.h"
#include "case.h"
#include "counters.h"
#include "hooked.h"
#include "modules.h"

using stageprof_tracker::kBatchBytes;
using stageprof_tracker::kModules;

namespace {

enum Family { kMalloc, kNew, kNewArray, kNewAligned };
constexpr size_t kNewAlignment = 64;
constexpr uint64_t kEveryBlock = 2;

struct Block {
  void* start;
  int64_t bytes;
  Family family;
};

// A window and the highest value since it was read. The windows are read at different times.
struct Window {
  int32_t number;
  int64_t peak_bytes;
};

class Model {
 public:
  explicit Model(uint64_t seed) : random_(seed) {
    for (Window& window : windows_) window = {stageprof_tracker_v1.open_window(), 0};
  }

  void Step() {
    if (blocks_.empty() || random_.Below(100) < 45) return Allocate();
    const size_t at = random_.Below(blocks_.size());
    if (blocks_[at].family == kMalloc && random_.Below(3) == 0) return Resize(&blocks_[at]);
    Free(at);
  }

  void Check() {
    const StageprofTrackerReading now = ReadNow();
    EXPECT(now.live_bytes, ==, live_bytes_);
    EXPECT(now.allocated_bytes, ==, allocated_bytes_);
    EXPECT(now.allocated_blocks, ==, allocated_blocks_);
    EXPECT(now.freed_bytes, ==, allocated_bytes_ - live_bytes_);
    EXPECT(now.freed_blocks, ==, freed_blocks_);
    EXPECT(now.thread_allocated_bytes, ==, allocated_bytes_);
    EXPECT(now.thread_allocated_blocks, ==, allocated_blocks_);
    EXPECT(now.thread_freed_bytes, ==, allocated_bytes_ - live_bytes_);
    EXPECT(now.thread_freed_blocks, ==, freed_blocks_);
    CheckPeak(now.peak_bytes, peak_bytes_);
    CheckHeld();
  }

  void CheckWindow() {
    Window* window = &windows_[random_.Below(3)];
    CheckPeak(ReadWindow(window->number).window_peak_bytes, window->peak_bytes);
    window->peak_bytes = live_bytes_;
  }

  void FreeAll() {
    while (!blocks_.empty()) Free(blocks_.size() - 1);
    Check();
    EXPECT(live_bytes_, ==, 0);
  }

 private:
  // With a rate of 2 bytes the sample is all blocks. Those below the rate are in it by chance.
  void CheckHeld() const {
    StageprofTrackerLive live;
    stageprof_tracker_v1.read_live(&live);
    if (live.rate != kEveryBlock) return;
    int64_t modules[kModules];
    const uint32_t count = stageprof_tracker_v1.read_live_modules(kModules, modules);
    int64_t held = 0;
    for (uint32_t module = 0; module < count; ++module) held += modules[module];
    int64_t tiny_blocks = 0;
    for (const Block& block : blocks_) tiny_blocks += block.bytes < int64_t{kEveryBlock};
    EXPECT(held, >=, live_bytes_ - tiny_blocks);
    EXPECT(held, <=, live_bytes_ + 2 * tiny_blocks);
  }

  static void CheckPeak(int64_t found, int64_t truth) {
    EXPECT(found, <=, truth);
    EXPECT(found, >=, truth - static_cast<int64_t>(kBatchBytes));
  }

  // Most sizes are small, and some are far beyond a batch.
  size_t Bytes() {
    const uint64_t kind = random_.Below(100);
    if (kind < 3) return 0;
    return kind < 90 ? 1 + random_.Below(500) : random_.Below(200000);
  }

  void Allocate() {
    const size_t bytes = Bytes();
    Family family = kMalloc;
    void* start = nullptr;
    switch (random_.Below(12)) {
      case 0:
        start = hooked_calloc(3, bytes / 3);
        break;
      case 1:
        start = hooked_realloc(nullptr, bytes);
        break;
      case 2:
        start = hooked_reallocarray(nullptr, 2, bytes / 2);
        break;
      case 3:
        start = hooked_memalign(64, bytes);
        break;
      case 4:
        start = hooked_aligned_alloc(64, bytes / 64 * 64);
        break;
      case 5:
        EXPECT(hooked_posix_memalign(&start, 256, bytes), ==, 0);
        break;
      case 6:
        start = hooked_valloc(bytes);
        break;
      case 7:
        start = hooked_pvalloc(bytes);
        break;
      case 8:
        start = hooked__Znwm(bytes), family = kNew;
        break;
      case 9:
        start = hooked__Znam(bytes), family = kNewArray;
        break;
      case 10:
        start = hooked__ZnwmSt11align_val_t(bytes, kNewAlignment), family = kNewAligned;
        break;
      default:
        start = hooked_malloc(bytes);
    }
    EXPECT(start != nullptr, ==, true);
    blocks_.push_back({start, static_cast<int64_t>(malloc_usable_size(start)), family});
    Allocated(blocks_.back().bytes);
  }

  void Resize(Block* block) {
    // A realloc to more memory than there is fails, and the block stays.
    if (random_.Below(20) == 0) {
      EXPECT(hooked_realloc(block->start, SIZE_MAX / 4) == nullptr, ==, true);
      EXPECT(hooked_reallocarray(block->start, SIZE_MAX, 2) == nullptr, ==, true);
      return;
    }
    Freed(block->bytes);
    block->start = hooked_realloc(block->start, 1 + Bytes());
    block->bytes = static_cast<int64_t>(malloc_usable_size(block->start));
    Allocated(block->bytes);
  }

  void Free(size_t at) {
    const Block block = blocks_[at];
    blocks_[at] = blocks_.back();
    blocks_.pop_back();
    Freed(block.bytes);
    const auto bytes = static_cast<size_t>(block.bytes);
    if (block.family == kNew) return hooked__ZdlPv(block.start);
    if (block.family == kNewArray) return hooked__ZdaPv(block.start);
    if (block.family == kNewAligned) {
      return hooked__ZdlPvSt11align_val_t(block.start, kNewAlignment);
    }
    switch (random_.Below(5)) {
      case 0:
        return hooked_cfree(block.start);
      case 1:
        return hooked_free_sized(block.start, bytes);
      case 2:
        return hooked_free_aligned_sized(block.start, 64, bytes);
      case 3:
        EXPECT(hooked_realloc(block.start, 0) == nullptr, ==, true);
        return;
      default:
        hooked_free(block.start);
    }
  }

  void Allocated(int64_t bytes) {
    ++allocated_blocks_;
    allocated_bytes_ += bytes;
    live_bytes_ += bytes;
    peak_bytes_ = std::max(peak_bytes_, live_bytes_);
    for (Window& window : windows_) window.peak_bytes = std::max(window.peak_bytes, live_bytes_);
  }

  void Freed(int64_t bytes) {
    ++freed_blocks_;
    live_bytes_ -= bytes;
  }

  Random random_;
  std::vector<Block> blocks_;
  Window windows_[3];
  int64_t live_bytes_ = 0;
  int64_t peak_bytes_ = 0;
  int64_t allocated_bytes_ = 0;
  int64_t allocated_blocks_ = 0;
  int64_t freed_blocks_ = 0;
};

}  // namespace

void hooks(uint32_t rounds, uint64_t seed) {
  Model model(seed);
  Random random(seed + 1);
  for (uint32_t i = 0; i < rounds * 100; ++i) {
    model.Step();
    if (random.Below(8) == 0) model.Check();
    if (random.Below(8) == 0) model.CheckWindow();
    hooked_free(nullptr);
  }
  model.FreeAll();
}
