// What the recorder's thread writes, and where. The names cross the boundary by sampleLayout();
// src/recorder/format.ts has the same names in the same order.
#ifndef STAGEPROF_RECORDER_RECORDER_LAYOUT_H_
#define STAGEPROF_RECORDER_RECORDER_LAYOUT_H_

#include <stddef.h>

#include "../sources/account.h"
#include "../sources/sample_layout.h"

namespace stageprof {

// X(enumerator, name): the cells of a reading in the ring, in bytes and nanoseconds; NaN where it
// was not read. A peak is the highest value since the previous reading.
#define STAGEPROF_READING(X)                                                           \
  X(kReadingWall, "wall_ns") /* CLOCK_MONOTONIC */                                     \
  X(kReadingRss, "rss_bytes")                                                          \
  X(kReadingRssPeak, "rss_peak_bytes")  /* of the process, since it started */         \
  X(kReadingNative, "native_bytes")     /* live blocks of all threads, with Buffers */ \
  X(kReadingThreadCpu, "thread_cpu_ns") /* of the thread that opened the recorder */   \
  X(kReadingProcessCpu, "process_cpu_ns")                                              \
  X(kReadingJsPeak, "js_peak_bytes")         /* used heap of that thread's isolate */  \
  X(kReadingNativePeak, "native_peak_bytes") /* live blocks without Buffers */

// X(enumerator, name): the cells of a point of the timeline, before those of the account. They are
// followed by the rows of stages that were open.
#define STAGEPROF_TIMELINE(X)                                                           \
  X(kTimelineWall, "wall_ns") /* CLOCK_MONOTONIC */                                     \
  X(kTimelineProcessCpu, "process_cpu_ns")                                              \
  X(kTimelineFilePages, "file_pages_bytes") /* resident, with those of shared memory */ \
  X(kTimelineJsUsed, "js_used_bytes")                                                   \
  X(kTimelineOpenCalls, "open_calls") /* those that were seen */

// X(enumerator, name): the argument of start(), as doubles: offsets in the file, and sizes.
#define STAGEPROF_POSITIONS(X)                                                                \
  X(kPositionBoundary, "boundary") /* the sample of the last boundary of a stage */           \
  X(kPositionReadingCount, "reading_count")                                                   \
  X(kPositionReadings, "readings")                                                            \
  X(kPositionReadingCapacity, "reading_capacity")                                             \
  X(kPositionMomentCount, "moment_count")                                                     \
  X(kPositionMoments, "moments") /* two of kMomentLength, written in turn */                  \
  X(kPositionModuleCount, "module_count")                                                     \
  X(kPositionModules, "modules") /* paths, each in `module_bytes` with a zero at its end */   \
  X(kPositionModuleCapacity, "module_capacity")                                               \
  X(kPositionModuleBytes, "module_bytes")                                                     \
  X(kPositionModulesMissed, "modules_missed")                                                 \
  X(kPositionMappingsMissed, "mappings_missed")                                               \
  X(kPositionLiveMissed, "live_missed")                                                       \
  X(kPositionTrackerBound, "tracker_bound_bytes")                                             \
  X(kPositionState, "state")                                                                  \
  X(kPositionTimeline, "timeline")                                                            \
  X(kPositionTimelineCapacity, "timeline_capacity") /* 0 for none */                          \
  X(kPositionTimelineCount, "timeline_count")                                                 \
  X(kPositionTimelineWidth, "timeline_width")                                                 \
  X(kPositionCalls, "calls")                                                                  \
  X(kPositionCallCells, "call_cells")                                                         \
  X(kPositionCallUse, "call_use")     /* the cell of a call that tells its row */             \
  X(kPositionCallSlots, "call_slots") /* where the number of slots that have memory stands */ \
  X(kPositionMask, "mask")            /* of the sampler whose thread is sampled */

enum ReadingCell : size_t {
#define STAGEPROF_ENUMERATOR(enumerator, name) enumerator,
  STAGEPROF_READING(STAGEPROF_ENUMERATOR) kReadingLength
};

// Different stages that were open at a point: their rows, in the order of their slots; NaN behind the
// last. Calls of the same stage count once.
constexpr size_t kTimelineStages = 12;

enum TimelineCell : size_t {
  STAGEPROF_TIMELINE(STAGEPROF_ENUMERATOR) kTimelineAccount,
  kTimelineRows = kTimelineAccount + kAccountCount,
  kTimelineLength = kTimelineRows + kTimelineStages
};

enum Position : size_t {
  STAGEPROF_POSITIONS(STAGEPROF_ENUMERATOR) kPositionCount
#undef STAGEPROF_ENUMERATOR
};

// A whole sample, in which peaks are the highest values since the recorder was started; the account
// at that time; the account of the reading with the highest resident set.
constexpr size_t kMomentLength = kSampleLength + 2 * kAccountLength;

// The state of a file whose program ended without closing it.
constexpr double kEndedUnclosed = 2;

// What expose() returns where this Node forbids buffers over memory that V8 has not allocated. No
// errno is below zero.
constexpr double kNoExternalBuffers = -1;

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_RECORDER_LAYOUT_H_
