// module_names [PLUGIN]: prints the names of the modules that the tracker knows at the start; or once a plugin was loaded,
// has allocated, was unloaded and loaded again.
#include "check.h"

int main(int count, char** arguments) {
  open_tracker();
  for (int turn = 0; count > 1 && turn < 2; ++turn) {
    void* const plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (plugin == NULL) return 3;
    free(((void* (*)(size_t))dlsym(plugin, "make"))(2000));
    dlclose(plugin);
  }
  if (tracker == NULL) return 0;
  const uint32_t modules = tracker->refresh_modules();
  for (uint32_t i = 1; i < modules; ++i) {
    StageprofTrackerModule module;
    if (tracker->read_module(i, &module) == 0) say("%s\n", module.name);
  }
  return 0;
}
