#include "sampler.h"

#include <math.h>

#include "../support/larger.h"
#include "isolate_heaps.h"
#include "sample_layout.h"

namespace stageprof {

namespace {

// An entry is not near a sample that is older than this, however dear a sample is.
constexpr double kMostNearNs = 10e3;
// How many samples the mean of their cost is taken over.
constexpr double kCostSamples = 8;

}  // namespace

void Sampler::Open(Sources* sources, double* slots, uint32_t mask, const OtherThread* other) {
  sources_ = sources;
  slots_ = slots;
  if (other != nullptr) other_ = *other;
  for (size_t slot = 0; slot < kSampleLength; ++slot) slots_[slot] = NAN;
  slots_[kMallocReadingsCell] = 0;
  slots_[kMallocSkippedCell] = 0;
  slots_[kSharedEntriesCell] = 0;

  // A source is read if its row asks for it and it can be read.
#define STAGEPROF_READS(Type, name, groups) \
  reads_.name = (mask & (groups)) != 0 && !sources->name.failure();
  STAGEPROF_SOURCES(STAGEPROF_READS)
#undef STAGEPROF_READS

  // The rest depends on more than one source.
  const bool has_usage = reads_.rusage;
  gives_cpu_ = (mask & kMaskCpu) != 0 && has_usage;
  gives_io_ = (mask & kMaskIo) != 0 && has_usage;
  gives_peak_ = reads_.statm && has_usage;
  reads_.rusage = gives_cpu_ || gives_io_ || gives_peak_;
  // Without both clocks it is not known whether the pool has run.
  reads_.pool_cpu = reads_.pool_cpu && reads_.thread_clock && gives_cpu_;
  const V8Heap& heap = this_heap();
  const bool has_heap = heap.verified();
  gives_js_ = (mask & kMaskJs) != 0 && has_heap;
  // Backing stores come from malloc, so live native blocks need the heap's reading even where JS is
  // not measured. If the heap is not verified, native_live_bytes stays NaN rather than change its
  // meaning.
  gives_live_ = (reads_.tracker || reads_.malloc_stats) && has_heap;
  gives_stores_ = gives_js_ && heap.backing_stores().verified();
  // Without these two, little is slow.
  shares_ = (mask & kMaskSharedSamples) != 0 && other == nullptr && (reads_.rusage || reads_.statm);
  reads_.v8_heap = gives_js_ || gives_live_;
  reads_wall_only_ = (mask & ~(kMaskSharedSamples | kMaskRssPeakReset)) == 0;

  if (gives_peak_) {
    rss_peak_.Open(&sources->rusage, &sources->status,
                   reads_.clear_refs ? &sources->clear_refs : nullptr);
  }
  if (reads_.v8_heap && other == nullptr) sources->v8_heap.AddWindow(&heap_window_);
  if (reads_.tracker) {
    tracker_window_ = sources->tracker.OpenWindow();
    AddOthersWindow(&others_window_, &heap);
  }
}

void Sampler::Close() {
  if (slots_ == nullptr) return;
  slots_ = nullptr;
  rss_peak_.Close();
  if (reads_.v8_heap && other_.heap == nullptr) sources_->v8_heap.RemoveWindow(&heap_window_);
  if (reads_.tracker) {
    sources_->tracker.CloseWindow(tracker_window_);
    RemoveOthersWindow(&others_window_);
  }
}

void Sampler::ReadEntry() {
  if (reads_wall_only_) return ReadWall();
  if (shares_ && ReadWallNs() - ended_ns_ < near_ns_) return ReadNearEntry();
  ReadMalloc();
  ReadTracker();
  ReadHeap();
  FillSlots();
  if (other_.heap != nullptr) ReadLevelsTogether();
  ReadUsage(Rusage::Boundary::kEntry);
  Derive();
  ReadThreadClock();
  ReadProcessClock();
  // The system calls that read the pool do not belong to the stage.
  if (ReadPool() && other_.heap == nullptr) ReadThreadClock();
  ReadWall();
  ended_ns_ = slots_[kWallNs];
}

void Sampler::ReadNearEntry() {
  ReadTracker();
  ReadHeap();
  if (reads_.v8_heap) DeriveHeap();
  // The peak before that sample is in it, and has been folded. What comes since is in the next one.
  if (reads_.statm) slots_[kRssPeakBytes] = slots_[kRssBytes];
  const double thread_cpu_ns = slots_[kThreadCpuNs];
  ReadThreadClock();
  // Or this thread would have used CPU that the process has not. What other threads used since is
  // in the next sample.
  if (gives_cpu_) {
    const double used_ns = slots_[kThreadCpuNs] - thread_cpu_ns;
    slots_[kProcessCpuNs] = Larger(slots_[kProcessCpuNs], slots_[kProcessCpuNs] + used_ns);
  }
  slots_[kSharedEntriesCell] += 1;
  ReadWall();
}

// A sample that took much longer than those before it was interrupted.
inline void Sampler::NoteCost() {
  ended_ns_ = ReadWallNs();
  double cost_ns = Smaller(ended_ns_ - slots_[kWallNs], kMostNearNs);
  if (near_ns_ > 0) cost_ns = near_ns_ + (Smaller(cost_ns, 2 * near_ns_) - near_ns_) / kCostSamples;
  near_ns_ = cost_ns;
}

void Sampler::ReadExit() {
  ReadWall();
  if (reads_wall_only_) return;
  ReadThreadClock();
  ReadProcessClock();
  ReadUsage(Rusage::Boundary::kExit);
  ReadPool();
  FillSlots();
  ReadHeap();
  ReadTracker();
  ReadMalloc();
  Derive();
  if (shares_) NoteCost();
}

double Sampler::LifetimePeakRssBytes() {
  return gives_peak_ ? rss_peak_.LifetimePeakBytes() : ReadLifetimePeakRssBytes(&sources_->status);
}

void Sampler::ReadThreadUse() {
  ReadThreadClock();
  if (gives_js_) {
    V8Heap& heap = sources_->v8_heap;
    heap.ReadAllocation();
    slots_[kJsAllocBytes] = heap.allocated_bytes();
  }
  if (reads_.tracker) {
    slots_[kThreadNativeAllocBytes] = sources_->tracker.ReadThreadAllocatedBytes();
  }
}

void Sampler::ReadThreadUseBeforeWait() {
  if (slots_[kWaitedCell] != 0) return;
  ReadThreadUse();
  slots_[kWaitedCell] = 1;
}

inline void Sampler::ReadWall() {
  slots_[kWallNs] = ReadWallNs();
}

inline void Sampler::ReadThreadClock() {
  if (!reads_.thread_clock) return;
  slots_[kThreadCpuNs] =
      other_.heap == nullptr ? sources_->thread_clock.ReadNs() : ReadClockNs(other_.clock);
}

// Comes just after the thread's clock, see process_clock.h. Where the clock is not read, the CPU
// comes from ReadUsage. The two differ by some microseconds, and the CPU never falls.
inline void Sampler::ReadProcessClock() {
  if (!gives_cpu_ || !sources_->rusage.reads_clock()) return;
  slots_[kProcessCpuNs] = Larger(slots_[kProcessCpuNs], sources_->rusage.ReadClock());
}

// Comes after the two clocks that it compares. Returns whether it has read any clock.
inline bool Sampler::ReadPool() {
  if (!reads_.pool_cpu) return false;
  PoolCpu& pool = sources_->pool_cpu;
  const double all_ns = slots_[kProcessCpuNs] - slots_[kThreadCpuNs];
  // What this thread used itself would be a reason to read the clocks of the pool at each reading.
  if (other_.heap != nullptr && pool.WouldRead(all_ns - own_cpu_ns_)) {
    own_cpu_ns_ = ReadClockNs(CLOCK_THREAD_CPUTIME_ID);
  }
  return pool.Read(all_ns - own_cpu_ns_, &slots_[kPoolCpuNs]);
}

inline void Sampler::ReadUsage(Rusage::Boundary boundary) {
  if (!reads_.rusage) return;
  // As ReadProcessClock has seen it, if that came before.
  Rusage& source = sources_->rusage;
  const bool has_clock = source.reads_clock();
  rusage usage;
  const bool read =
      gives_peak_ ? rss_peak_.ReadUsage(boundary, &usage) : source.Read(boundary, &usage);
  if (!read) {
    // getrusage worked when the source was opened, so a sandbox has been entered since. The last
    // values would look like no change.
    for (size_t slot = kUsageSlots.first; slot <= kUsageSlots.last; ++slot) slots_[slot] = NAN;
    return;
  }
  if (gives_cpu_ && !has_clock) {
    slots_[kProcessCpuNs] = Larger(slots_[kProcessCpuNs], CpuNs(usage));
  }
  if (!gives_io_) return;
  slots_[kFaultsMinor] = static_cast<double>(usage.ru_minflt);
  slots_[kFaultsMajor] = static_cast<double>(usage.ru_majflt);
  slots_[kCtxVoluntary] = static_cast<double>(usage.ru_nvcsw);
  slots_[kCtxInvoluntary] = static_cast<double>(usage.ru_nivcsw);
  slots_[kReadBytes] = static_cast<double>(usage.ru_inblock) * kBlockBytes;
  slots_[kWriteBytes] = static_cast<double>(usage.ru_oublock) * kBlockBytes;
}

// Fills the resident set, and whatever else a source adds to the sample by itself.
inline void Sampler::FillSlots() {
#define STAGEPROF_FILL(Type, name, groups) \
  if (reads_.name) sources_->name.Fill(slots_);
  STAGEPROF_SOURCES(STAGEPROF_FILL)
#undef STAGEPROF_FILL
}

inline void Sampler::ReadHeap() {
  if (!reads_.v8_heap) return;
  if (other_.heap != nullptr) return ReadPublishedHeap();
  V8Heap& heap = sources_->v8_heap;
  heap.ReadAllocation();
  heap_peaks_ = heap.EndWindow(&heap_window_);
  heap.LookAtStrings();
  if (!gives_js_) return;
  slots_[kJsUsedBytes] = heap.used_bytes();
  slots_[kJsPeakBytes] = heap_peaks_.used_bytes;
  slots_[kJsAllocBytes] = heap.allocated_bytes();
  slots_[kExternalBytes] = heap.external_bytes();
  slots_[kGcNs] = heap.gc_ns();
  slots_[kGcCalls] = heap.gc_calls();
}

// Between two of its readings this thread may wait for a CPU, while the program goes on. What it
// allocates meanwhile would be resident and have no owner.
void Sampler::ReadLevelsTogether() {
  constexpr int kAttempts = 3;
  constexpr double kApartBytes = 1 << 20;
  const BackingStores& stores = other_.heap->backing_stores();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    double live = tracked_live_bytes_;
    if (reads_.tracker) {
      TrackerClient::Reading now;
      sources_->tracker.Read(STAGEPROF_TRACKER_NO_WINDOW, &now);
      live = now.live_bytes;
    }
    const bool reads_stores = reads_.v8_heap && stores.verified();
    const double own_stores = reads_stores ? stores.ReadBytes() : published_stores_;
    if (fabs(live - tracked_live_bytes_) < kApartBytes &&
        fabs(own_stores - published_stores_) < kApartBytes) {
      return;
    }
    tracked_live_bytes_ = live;
    published_stores_ = own_stores;
    FillSlots();
  }
}

void Sampler::ReadPublishedHeap() {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  const V8Heap::Published& published = other_.heap->published();
  const BackingStores& stores = other_.heap->backing_stores();
  const double used = published.used_bytes.load(kRelaxed);
  const double external = published.external_bytes.load(kRelaxed);
  const double peak = shared_heap_peak_.exchange(used, kRelaxed);
  // Buffers that came and went since the last sample are in no peak; those that were there at one
  // of its ends are taken to have stayed.
  const double own_stores = stores.verified() ? stores.ReadBytes() : external;
  heap_peaks_ = {peak > used ? peak : used,
                 own_stores > published_stores_ ? own_stores : published_stores_};
  published_stores_ = own_stores;
  if (!gives_js_) return;
  slots_[kJsUsedBytes] = used;
  slots_[kJsPeakBytes] = heap_peaks_.used_bytes;
  slots_[kJsAllocBytes] = published.allocated_bytes.load(kRelaxed);
  slots_[kExternalBytes] = external;
  slots_[kGcNs] = published.gc_ns.load(kRelaxed);
  slots_[kGcCalls] = published.gc_calls.load(kRelaxed);
}

inline void Sampler::ReadTracker() {
  if (!reads_.tracker) return;
  TrackerClient& tracker = sources_->tracker;
  TrackerClient::Reading reading;
  tracker.Read(tracker_window_, &reading);
  tracked_live_bytes_ = reading.live_bytes;
  tracked_peak_bytes_ = reading.peak_bytes;
  slots_[kNativeAllocBytes] = reading.allocated_bytes;
  slots_[kNativeAllocs] = reading.allocated_blocks;
  if (other_.heap == nullptr) slots_[kThreadNativeAllocBytes] = reading.thread_allocated_bytes;
  slots_[kMappedBytes] = tracker.ReadModules(slots_ + kSlotCount, &slots_[kModuleCount]);
  slots_[kLiveModuleCount] = tracker.ReadLiveModules(slots_ + kLiveCells);
}

inline void Sampler::ReadMalloc() {
  if (!reads_.malloc_stats) return;
  if (!sources_->malloc_stats.Read(&malloc_)) {
    slots_[kMallocSkippedCell] += 1;
    malloc_ = {NAN, NAN};
    return;
  }
  slots_[kMallocReadingsCell] += 1;
}

// Computes what needs two readings, whose order differs between the two ends.
inline void Sampler::Derive() {
  if (reads_.statm) slots_[kRssPeakBytes] = rss_peak_.PeakBytes(slots_[kRssBytes]);
  if (reads_.malloc_stats) slots_[kAllocatorFreeBytes] = FreeBytes(malloc_, tracked_live_bytes_);
  if (!reads_.v8_heap) return;
  DeriveHeap();
  if (gives_live_ && !reads_.tracker) {
    slots_[kNativeLiveBytes] = malloc_.live_bytes - stores_bytes_;
  }
}

// What needs the heap and the tracker alone.
inline void Sampler::DeriveHeap() {
  const OtherHeaps others = ReadOtherHeaps(this_heap());
  const double stores =
      other_.heap == nullptr ? sources_->v8_heap.backing_store_bytes() : published_stores_;
  stores_bytes_ = stores + others.backing_store_bytes;
  others_physical_bytes_ = others.physical_bytes;
  leaving_bytes_ = others.leaving_bytes;
  if (gives_stores_) slots_[kBuffersBytes] = stores_bytes_;
  if (gives_js_) slots_[kWorkersBytes] = others.used_bytes;
  if (!gives_live_ || !reads_.tracker) return;
  const double live = tracked_live_bytes_ - stores_bytes_;
  slots_[kNativeLiveBytes] = live;
  // The two peaks need not have been at the same instant, so the result may be off. It is too low
  // where backing stores came and went. It is too high by those that went without a collection
  // (transferred or resized), which no window saw, and by those that one thread made while another
  // still freed what a collection had found.
  const double peak = tracked_peak_bytes_ - heap_peaks_.backing_store_bytes -
                      TakeOtherStoresPeak(&others_window_, others);
  slots_[kNativePeakBytes] = peak > live ? peak : live;
}

}  // namespace stageprof
