// What the plugins that map memory share: functions that map pages, and checks of what is charged.
#ifndef STAGEPROF_TEST_OWN_MAPPINGS_H_
#define STAGEPROF_TEST_OWN_MAPPINGS_H_

#include <sys/mman.h>

#include "check.h"

static int64_t page_bytes(void) {
  return sysconf(_SC_PAGESIZE);
}

static StageprofTrackerModule own_module(void) {
  StageprofTrackerModule module;
  memset(&module, 0, sizeof module);
  if (tracker == NULL) return module;
  const uint32_t count = tracker->refresh_modules();
  for (uint32_t i = 0; i < count; ++i) {
    if (tracker->read_module(i, &module) == 0 && strstr(module.name, ".mapping.so") != NULL) break;
  }
  return module;
}

static void check_pages(const char* what, int64_t mapped, int64_t reserved) {
  char name[96];
  const StageprofTrackerModule module = own_module();
  snprintf(name, sizeof name, "%s:mapped", what);
  check(name, mapped * page_bytes(), module.mapped_bytes);
  snprintf(name, sizeof name, "%s:reserved", what);
  check(name, reserved * page_bytes(), module.reserved_bytes);
}

static int64_t read_missed(void) {
  StageprofTrackerState state;
  memset(&state, 0, sizeof state);
  if (tracker != NULL) tracker->read_state(&state);
  return (int64_t)state.mappings_missed;
}

static char* map(void* at, int64_t pages, int access, int flags) {
  return mmap(at, (size_t)(pages * page_bytes()), access, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1,
              0);
}

#endif  // STAGEPROF_TEST_OWN_MAPPINGS_H_
