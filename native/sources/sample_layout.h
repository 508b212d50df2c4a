// The contract of the boundary: names and order of the slots of one sample, what follows them, and
// the bits of the mask. src/model/sample-layout.ts has a copy, and test/native/layout.test.ts
// compares the two by sampleLayout(). Raise kLayoutVersion in both when something is added or
// moved.
#ifndef STAGEPROF_SOURCES_SAMPLE_LAYOUT_H_
#define STAGEPROF_SOURCES_SAMPLE_LAYOUT_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof {

// X(enumerator, name). *_peak_bytes are the highest values since the sampler's previous sample; all
// others are values at the instant of the sample.
#define STAGEPROF_SLOTS(X)                                \
  X(kWallNs, "wall_ns")                                   \
  X(kThreadCpuNs, "thread_cpu_ns")                        \
  X(kPoolCpuNs, "pool_cpu_ns")                            \
  STAGEPROF_USAGE_SLOTS(X)                                \
  X(kRssBytes, "rss_bytes")                               \
  X(kRssPeakBytes, "rss_peak_bytes")                      \
  X(kFileBytes, "file_bytes")                             \
  X(kJsUsedBytes, "js_used_bytes")                        \
  X(kJsPeakBytes, "js_peak_bytes")                        \
  X(kJsAllocBytes, "js_alloc_bytes")                      \
  X(kExternalBytes, "external_bytes")                     \
  X(kBuffersBytes, "buffers_bytes")                       \
  X(kWorkersBytes, "workers_bytes")                       \
  X(kGcNs, "gc_ns")                                       \
  X(kGcCalls, "gc_calls")                                 \
  X(kNativeLiveBytes, "native_live_bytes")                \
  X(kNativeAllocBytes, "native_alloc_bytes")              \
  X(kNativeAllocs, "native_allocs")                       \
  X(kNativePeakBytes, "native_peak_bytes")                \
  X(kAllocatorFreeBytes, "allocator_free_bytes")          \
  X(kMappedBytes, "mapped_bytes")                         \
  X(kThreadNativeAllocBytes, "thread_native_alloc_bytes") \
  X(kModuleCount, "module_count")                         \
  X(kLiveModuleCount, "live_module_count")

// The slots that one getrusage fills. They stand together, because all become NaN when it fails.
#define STAGEPROF_USAGE_SLOTS(X)        \
  X(kProcessCpuNs, "process_cpu_ns")    \
  X(kFaultsMinor, "faults_minor")       \
  X(kFaultsMajor, "faults_major")       \
  X(kCtxVoluntary, "ctx_voluntary")     \
  X(kCtxInvoluntary, "ctx_involuntary") \
  X(kReadBytes, "read_bytes")           \
  X(kWriteBytes, "write_bytes")

enum Slot : size_t {
#define STAGEPROF_ENUMERATOR(enumerator, name) enumerator,
  STAGEPROF_SLOTS(STAGEPROF_ENUMERATOR)
#undef STAGEPROF_ENUMERATOR
      kSlotCount
};

// Slots that must stand together, by the first and the last.
struct SlotRange {
  Slot first;
  Slot last;
};
constexpr SlotRange kUsageSlots = {kProcessCpuNs, kWriteBytes};

#define STAGEPROF_ONE(enumerator, name) +1
static_assert(kUsageSlots.last - kUsageSlots.first + 1 == 0 STAGEPROF_USAGE_SLOTS(STAGEPROF_ONE),
              "kUsageSlots must name the ends of STAGEPROF_USAGE_SLOTS");
#undef STAGEPROF_ONE

// The slots are followed by the bytes that each module has allocated, in the first `module_count`
// cells. A module keeps its cell as long as the process runs; all modules beyond the last cell
// share it. After these cells come as many again: the live bytes of the same modules, in the first
// `live_module_count` cells.
constexpr size_t kModuleCells = 64;
constexpr size_t kLiveCells = kSlotCount + kModuleCells;
// A flag, and the only cell that JS writes too: 0 asks for the use of the thread to be read when
// the event loop is about to wait, and 1 says that this has happened.
constexpr size_t kWaitedCell = kLiveCells + kModuleCells;
// How often malloc's statistics were read for this sampler, and how often the budget skipped them.
// Zero where they cannot be read. They are part of the sample so that a recorder has them too.
constexpr size_t kMallocReadingsCell = kWaitedCell + 1;
constexpr size_t kMallocSkippedCell = kWaitedCell + 2;
// How many entries of calls took over from the sample before them what is slow to read.
constexpr size_t kSharedEntriesCell = kWaitedCell + 3;
constexpr size_t kSampleLength = kWaitedCell + 4;

constexpr uint32_t kLayoutVersion = 12;

// X(enumerator, name, bit): what a sampler reads. Wall time is always read.
#define STAGEPROF_GROUPS(X)                \
  X(kMaskCpu, "cpu", 1)                    \
  X(kMaskRss, "rss", 2)                    \
  X(kMaskJs, "js", 4)                      \
  X(kMaskNative, "native", 8)              \
  X(kMaskIo, "io", 16)                     \
  X(kMaskRssPeakReset, "rssPeakReset", 32) \
  X(kMaskSharedSamples, "sharedSamples", 64)

#define STAGEPROF_BIT(enumerator, name, bit) constexpr uint32_t enumerator = bit;
STAGEPROF_GROUPS(STAGEPROF_BIT)
#undef STAGEPROF_BIT

#define STAGEPROF_OR(enumerator, name, bit) | enumerator
constexpr uint32_t kMaskAll = 0 STAGEPROF_GROUPS(STAGEPROF_OR);
#undef STAGEPROF_OR

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_SAMPLE_LAYOUT_H_
