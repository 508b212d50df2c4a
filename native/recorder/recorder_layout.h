// What the recorder's thread writes, and where: the names cross the boundary by sampleLayout(), and
// src/recorder/format.ts has the same in the same order.
#ifndef STAGEPROF_RECORDER_RECORDER_LAYOUT_H_
#define STAGEPROF_RECORDER_RECORDER_LAYOUT_H_

#include <stddef.h>

#include "../sources/account.h"
#include "../sources/sample_layout.h"

namespace stageprof {

// X(enumerator, name): a reading in the ring, bytes and nanoseconds; NaN where it was not read. A peak
// is the highest value since the reading before.
#define STAGEPROF_READING(X)                                                           \
  X(kReadingWall, "wall_ns") /* CLOCK_MONOTONIC */                                     \
  X(kReadingRss, "rss_bytes")                                                          \
  X(kReadingRssPeak, "rss_peak_bytes")  /* of the process, since it started */         \
  X(kReadingNative, "native_bytes")     /* live blocks of all threads, with Buffers */ \
  X(kReadingThreadCpu, "thread_cpu_ns") /* of the thread that opened the recorder */   \
  X(kReadingProcessCpu, "process_cpu_ns")                                              \
  X(kReadingJsPeak, "js_peak_bytes")         /* used heap of that thread's isolate */  \
  X(kReadingNativePeak, "native_peak_bytes") /* live blocks without Buffers */

// X(enumerator, name): what start() is told, as doubles: offsets in the file, and sizes.
#define STAGEPROF_PLACES(X)                                                              \
  X(kPlaceReadingCount, "reading_count")                                                 \
  X(kPlaceReadings, "readings")                                                          \
  X(kPlaceReadingCapacity, "reading_capacity")                                           \
  X(kPlaceMomentCount, "moment_count")                                                   \
  X(kPlaceMoments, "moments") /* two of kMomentLength, written in turn */                \
  X(kPlaceModuleCount, "module_count")                                                   \
  X(kPlaceModules, "modules") /* paths, each in `module_bytes` with a zero at its end */ \
  X(kPlaceModuleCapacity, "module_capacity")                                             \
  X(kPlaceModuleBytes, "module_bytes")                                                   \
  X(kPlaceModulesMissed, "modules_missed")                                               \
  X(kPlaceMappingsMissed, "mappings_missed")                                             \
  X(kPlaceTrackerBound, "tracker_bound_bytes")                                           \
  X(kPlaceState, "state")                                                                \
  X(kPlaceMask, "mask") /* of the sampler whose thread is sampled */

enum ReadingCell : size_t {
#define STAGEPROF_ENUMERATOR(enumerator, name) enumerator,
  STAGEPROF_READING(STAGEPROF_ENUMERATOR) kReadingLength
};

enum Place : size_t {
  STAGEPROF_PLACES(STAGEPROF_ENUMERATOR) kPlaceCount
#undef STAGEPROF_ENUMERATOR
};

// A whole sample, in which peaks are the highest values since the recorder was started, and who held
// the resident set then.
constexpr size_t kMomentLength = kSampleLength + kAccountLength;

// The state of a file whose program ended without closing it.
constexpr double kEndedUnclosed = 2;

// What expose() returns where this Node forbids buffers over memory that V8 has not allocated; no
// errno is below zero.
constexpr double kNoExternalBuffers = -1;

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_RECORDER_LAYOUT_H_
