// modules PLUGIN PLUGIN: checks that allocations are charged to the module of the calling address.
// That includes modules that are loaded later, and one that takes the place of an unloaded one.
#include "check.h"

typedef void* (*Make)(size_t);

static void check_module(const char* what, const char* end_of_name, int64_t blocks, int64_t bytes) {
  char name[96];
  int64_t found_blocks = 0;
  int64_t found_bytes = 0;
  if (tracker == NULL) return;
  const uint32_t count = tracker->refresh_modules();
  for (uint32_t i = 0; i < count; ++i) {
    StageprofTrackerModule module;
    if (tracker->read_module(i, &module) != 0) continue;
    const char* at = strstr(module.name, end_of_name);
    if (at == NULL || strcmp(at, end_of_name) != 0) continue;
    found_blocks += (int64_t)module.allocated_blocks;
    found_bytes += (int64_t)module.allocated_bytes;
  }
  snprintf(name, sizeof name, "%s:blocks", what);
  check(name, blocks, found_blocks);
  snprintf(name, sizeof name, "%s:bytes", what);
  check(name, bytes, found_bytes);
}

int main(int count, char** arguments) {
  if (count != 3) return 2;
  StageprofTrackerState state;
  memset(&state, 0, sizeof state);
  open_tracker();
  if (tracker != NULL) tracker->read_state(&state);
  const int tracks = (int)state.tracks_modules;

  int64_t own = 0;
  for (int i = 0; i < 5; ++i) {
    void* block = malloc(1000);
    own += (int64_t)malloc_usable_size(block);
    free(block);
  }
  check_module("program", "/modules", 5 * tracks, own * tracks);

  static const char* const kNames[] = {"/first.so", "/second.so"};
  static const char* const kMakers[] = {"make_by_malloc", "make_by_new", "make_by_malloc",
                                        "make_by_new_array"};
  for (int i = 0; i < 2; ++i) {
    void* plugin = dlopen(arguments[1 + i], RTLD_NOW | RTLD_LOCAL);
    if (plugin == NULL) {
      say("%s\n", dlerror());
      return 3;
    }
    int64_t bytes = 0;
    void* blocks[40];
    for (int k = 0; k < 40; ++k) {
      const Make make = (Make)dlsym(plugin, kMakers[k % 4]);
      blocks[k] = make(2000);
      bytes += (int64_t)malloc_usable_size(blocks[k]);
    }
    check_module(kNames[i], kNames[i], 40 * tracks, bytes * tracks);
    ((void (*)(void**, int))dlsym(plugin, "release"))(blocks, 40);
    say("unloaded %d\n", dlclose(plugin));
  }
  return 0;
}
