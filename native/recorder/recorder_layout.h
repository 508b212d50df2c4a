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

// X(enumerator, name): the argument of start(), as doubles: offsets in the file, and sizes.
#define STAGEPROF_POSITIONS(X)                                                              \
  X(kPositionBoundary, "boundary") /* the sample of the last boundary of a stage */         \
  X(kPositionReadingCount, "reading_count")                                                 \
  X(kPositionReadings, "readings")                                                          \
  X(kPositionReadingCapacity, "reading_capacity")                                           \
  X(kPositionMomentCount, "moment_count")                                                   \
  X(kPositionMoments, "moments") /* two of kMomentLength, written in turn */                \
  X(kPositionModuleCount, "module_count")                                                   \
  X(kPositionModules, "modules") /* paths, each in `module_bytes` with a zero at its end */ \
  X(kPositionModuleCapacity, "module_capacity")                                             \
  X(kPositionModuleBytes, "module_bytes")                                                   \
  X(kPositionModulesMissed, "modules_missed")                                               \
  X(kPositionMappingsMissed, "mappings_missed")                                             \
  X(kPositionLiveMissed, "live_missed")                                                     \
  X(kPositionTrackerBound, "tracker_bound_bytes")                                           \
  X(kPositionState, "state")                                                                \
  X(kPositionMask, "mask") /* of the sampler whose thread is sampled */

enum ReadingCell : size_t {
#define STAGEPROF_ENUMERATOR(enumerator, name) enumerator,
  STAGEPROF_READING(STAGEPROF_ENUMERATOR) kReadingLength
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
