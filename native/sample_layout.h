// The boundary's contract: names and order of the slots of one sample, what follows them, and the
// bits of the mask. The same stands in src/model/sample-layout.ts; raise kLayoutVersion in both when
// something is added or moved.
#ifndef STAGEPROF_SAMPLE_LAYOUT_H_
#define STAGEPROF_SAMPLE_LAYOUT_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof {

// X(enumerator, name). *_peak_bytes are highest values since the sampler's previous sample; all
// others are values at the instant of the sample.
#define STAGEPROF_SLOTS(X)                                \
  X(kWallNs, "wall_ns")                                   \
  X(kThreadCpuNs, "thread_cpu_ns")                        \
  X(kPoolCpuNs, "pool_cpu_ns")                            \
  X(kProcessCpuNs, "process_cpu_ns")                      \
  X(kFaultsMinor, "faults_minor")                         \
  X(kFaultsMajor, "faults_major")                         \
  X(kCtxVoluntary, "ctx_voluntary")                       \
  X(kCtxInvoluntary, "ctx_involuntary")                   \
  X(kReadBytes, "read_bytes")                             \
  X(kWriteBytes, "write_bytes")                           \
  X(kRssBytes, "rss_bytes")                               \
  X(kRssPeakBytes, "rss_peak_bytes")                      \
  X(kJsUsedBytes, "js_used_bytes")                        \
  X(kJsPeakBytes, "js_peak_bytes")                        \
  X(kJsAllocBytes, "js_alloc_bytes")                      \
  X(kExternalBytes, "external_bytes")                     \
  X(kGcNs, "gc_ns")                                       \
  X(kGcCalls, "gc_calls")                                 \
  X(kNativeLiveBytes, "native_live_bytes")                \
  X(kNativeAllocBytes, "native_alloc_bytes")              \
  X(kNativeAllocs, "native_allocs")                       \
  X(kNativePeakBytes, "native_peak_bytes")                \
  X(kAllocatorHeldBytes, "allocator_held_bytes")          \
  X(kMappedBytes, "mapped_bytes")                         \
  X(kThreadNativeAllocBytes, "thread_native_alloc_bytes") \
  X(kModuleCount, "module_count")

enum Slot : size_t {
#define STAGEPROF_ENUMERATOR(enumerator, name) enumerator,
  STAGEPROF_SLOTS(STAGEPROF_ENUMERATOR)
#undef STAGEPROF_ENUMERATOR
      kSlotCount
};

// After the slots: bytes that each module has allocated, in the first `module_count` cells. A
// module keeps its cell as long as the process runs; the last cell is that of all modules beyond
// it.
constexpr size_t kModuleCells = 64;
// A flag, the only cell that JS writes too: 0 asks for a slice to be read when the event loop
// is about to wait, and 1 says that this has happened.
constexpr size_t kWaitedCell = kSlotCount + kModuleCells;
// How often malloc's statistics were read for this sampler, and how often the budget skipped them.
// Zero where they cannot be read. They stand with the sample so that a recorder has them too.
constexpr size_t kMallocReadingsCell = kWaitedCell + 1;
constexpr size_t kMallocSkippedCell = kWaitedCell + 2;
constexpr size_t kSampleLength = kWaitedCell + 3;

constexpr uint32_t kLayoutVersion = 5;

// What a sampler reads. Wall time is always read.
constexpr uint32_t kMaskCpu = 1;
constexpr uint32_t kMaskRss = 2;
constexpr uint32_t kMaskJs = 4;
constexpr uint32_t kMaskNative = 8;
constexpr uint32_t kMaskIo = 16;
constexpr uint32_t kMaskRssPeakReset = 32;
constexpr uint32_t kMaskAll = 63;

}  // namespace stageprof

#endif  // STAGEPROF_SAMPLE_LAYOUT_H_
