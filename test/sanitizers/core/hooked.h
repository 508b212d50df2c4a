// The hooks under the names that the Makefile gives them. The sanitizer's malloc runs behind them.
// Only the cases call them, so counts begin at zero and contain nothing else.
#ifndef STAGEPROF_TEST_HOOKED_H_
#define STAGEPROF_TEST_HOOKED_H_

#include <stddef.h>
#include <sys/types.h>

#include "abi.h"
#include "hooked_functions.h"

#define STAGEPROF_DECLARE(symbol, result, parameters) extern "C" result hooked_##symbol parameters;
STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_DECLARE)
STAGEPROF_HOOKED_ALIASES(STAGEPROF_DECLARE)
#undef STAGEPROF_DECLARE

extern "C" const StageprofTracker stageprof_tracker_v1;

inline StageprofTrackerReading ReadWindow(int32_t window) {
  StageprofTrackerReading reading;
  stageprof_tracker_v1.read(window, &reading);
  return reading;
}

inline StageprofTrackerReading ReadNow() {
  return ReadWindow(STAGEPROF_TRACKER_NO_WINDOW);
}

#endif  // STAGEPROF_TEST_HOOKED_H_
