// What the programs share: readings of the tracker that they run under, if any, and their output.
// Standard output says what the program saw, and must be the same without the tracker. Standard
// error has a line "what expected found" for each check, and is empty without the tracker.
#ifndef STAGEPROF_TEST_CHECK_H_
#define STAGEPROF_TEST_CHECK_H_

#include <dlfcn.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"

static const StageprofTracker* tracker;

static void open_tracker(void) {
  tracker = (const StageprofTracker*)dlsym(RTLD_DEFAULT, STAGEPROF_TRACKER_SYMBOL);
}

// Uses write, because stdio would allocate between two readings.
static void say(const char* format, ...) {
  char line[512];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (write(1, line, (size_t)length) != length) _exit(99);
}

static void check(const char* what, int64_t expected, int64_t found) {
  char line[256];
  if (tracker == NULL) return;
  const int length =
      snprintf(line, sizeof line, "%s %lld %lld\n", what, (long long)expected, (long long)found);
  if (write(2, line, (size_t)length) != length) _exit(99);
}

static StageprofTrackerReading read_window(int32_t window) {
  StageprofTrackerReading reading;
  memset(&reading, 0, sizeof reading);
  if (tracker != NULL) tracker->read(window, &reading);
  return reading;
}

static StageprofTrackerReading read_now(void) {
  return read_window(STAGEPROF_TRACKER_NO_WINDOW);
}

// Checks the change since `before`, for the process and for the calling thread. No other thread may
// have worked.
static void check_change(const char* what, const StageprofTrackerReading* before,
                         int64_t allocated_blocks, int64_t allocated_bytes, int64_t freed_blocks,
                         int64_t freed_bytes) {
  const StageprofTrackerReading now = read_now();
  char name[96];
#define STAGEPROF_CHECK(field, expected)           \
  snprintf(name, sizeof name, "%s:" #field, what); \
  check(name, expected, (int64_t)(now.field - before->field));
  STAGEPROF_CHECK(allocated_blocks, allocated_blocks)
  STAGEPROF_CHECK(allocated_bytes, allocated_bytes)
  STAGEPROF_CHECK(freed_blocks, freed_blocks)
  STAGEPROF_CHECK(freed_bytes, freed_bytes)
  STAGEPROF_CHECK(live_bytes, allocated_bytes - freed_bytes)
  STAGEPROF_CHECK(thread_allocated_blocks, allocated_blocks)
  STAGEPROF_CHECK(thread_allocated_bytes, allocated_bytes)
  STAGEPROF_CHECK(thread_freed_blocks, freed_blocks)
  STAGEPROF_CHECK(thread_freed_bytes, freed_bytes)
#undef STAGEPROF_CHECK
}

#endif  // STAGEPROF_TEST_CHECK_H_
