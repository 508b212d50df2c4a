#include "sampler.h"

#include <math.h>

#include "sample_layout.h"

namespace stageprof {

void Sampler::Open(Sources* sources, double* slots, uint32_t mask) {
  sources_ = sources;
  slots_ = slots;
  for (size_t slot = 0; slot < kSlotCount; ++slot) slots_[slot] = NAN;

  const bool has_usage = !sources->rusage.failure;
  gives_cpu_ = (mask & kMaskCpu) != 0 && has_usage;
  gives_io_ = (mask & kMaskIo) != 0 && has_usage;
  reads_rss_ = (mask & kMaskRss) != 0 && !sources->statm.failure();
  reads_usage_ = gives_cpu_ || gives_io_ || (reads_rss_ && has_usage);
  reads_thread_clock_ = (mask & kMaskCpu) != 0 && !sources->thread_clock.failure;
  reads_js_ = (mask & kMaskJs) != 0 && sources->v8_heap.verified();
  reads_malloc_ = (mask & kMaskNative) != 0 && !sources->malloc_stats.failure;
  // Backing stores come from malloc, so live native blocks need the heap's external word even where
  // JS is not measured. Unverified, native_live_bytes stays NaN rather than change its meaning.
  reads_external_ = reads_malloc_ && sources->v8_heap.verified();

  if (reads_rss_ && has_usage) {
    const bool resets = (mask & kMaskRssPeakReset) != 0;
    rss_peak_.Open(&sources->rusage, &sources->status, resets ? &sources->clear_refs : nullptr);
  }
  if (reads_js_) sources->v8_heap.AddWindow(&js_window_);
}

void Sampler::Close() {
  if (slots_ == nullptr) return;
  slots_ = nullptr;
  rss_peak_.Close();
  if (reads_js_) sources_->v8_heap.RemoveWindow(&js_window_);
}

void Sampler::ReadEntry() {
  ReadMalloc();
  ReadHeap();
  ReadRss();
  ReadUsage();
  Derive();
  ReadThreadClock();
  ReadWall();
}

void Sampler::ReadExit() {
  ReadWall();
  ReadThreadClock();
  ReadUsage();
  ReadRss();
  ReadHeap();
  ReadMalloc();
  Derive();
}

inline void Sampler::ReadWall() {
  slots_[kWallNs] = ReadWallNs();
}

inline void Sampler::ReadThreadClock() {
  if (reads_thread_clock_) slots_[kThreadCpuNs] = sources_->thread_clock.ReadNs();
}

inline void Sampler::ReadUsage() {
  if (!reads_usage_) return;
  rusage usage;
  const bool read = reads_rss_ ? rss_peak_.ReadUsage(&usage) : sources_->rusage.Read(&usage);
  if (!read) {
    // It was readable at open: a sandbox entered since. The last values would pass for no change.
    for (size_t slot = kProcessCpuNs; slot <= kWriteBytes; ++slot) slots_[slot] = NAN;
    return;
  }
  if (gives_cpu_) slots_[kProcessCpuNs] = CpuNs(usage);
  if (!gives_io_) return;
  slots_[kFaultsMinor] = static_cast<double>(usage.ru_minflt);
  slots_[kFaultsMajor] = static_cast<double>(usage.ru_majflt);
  slots_[kCtxVoluntary] = static_cast<double>(usage.ru_nvcsw);
  slots_[kCtxInvoluntary] = static_cast<double>(usage.ru_nivcsw);
  slots_[kReadBytes] = static_cast<double>(usage.ru_inblock) * kBlockBytes;
  slots_[kWriteBytes] = static_cast<double>(usage.ru_oublock) * kBlockBytes;
}

inline void Sampler::ReadRss() {
  if (reads_rss_) slots_[kRssBytes] = sources_->statm.ReadRssBytes();
}

inline void Sampler::ReadHeap() {
  V8Heap& heap = sources_->v8_heap;
  if (reads_js_) {
    heap.ReadAllocation();
    slots_[kJsUsedBytes] = heap.used_bytes();
    slots_[kJsPeakBytes] = heap.EndWindow(&js_window_);
    slots_[kJsAllocBytes] = heap.allocated_bytes();
    slots_[kExternalBytes] = heap.external_bytes();
    slots_[kGcNs] = heap.gc_ns();
    slots_[kGcCalls] = heap.gc_calls();
  } else if (reads_external_) {
    heap.Read();
  }
}

inline void Sampler::ReadMalloc() {
  if (!reads_malloc_) return;
  malloc_live_bytes_ = NAN;
  slots_[kAllocatorHeldBytes] = NAN;
  MallocStats::Reading reading;
  double cost_ns;
  if (!sources_->malloc_stats.Read(&reading, &cost_ns)) {
    ++malloc_use_.skipped;
    return;
  }
  ++malloc_use_.readings;
  malloc_use_.spent_ns += cost_ns;
  malloc_live_bytes_ = reading.live_bytes;
  slots_[kAllocatorHeldBytes] = reading.held_bytes;
}

// What needs two readings, whose order differs between the two ends.
inline void Sampler::Derive() {
  if (reads_rss_) slots_[kRssPeakBytes] = rss_peak_.PeakBytes(slots_[kRssBytes]);
  if (reads_external_) {
    slots_[kNativeLiveBytes] = malloc_live_bytes_ - sources_->v8_heap.external_bytes();
  }
}

}  // namespace stageprof
