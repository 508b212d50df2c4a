// The libraries that the Makefile builds beside the program. They are all alike.
#ifndef STAGEPROF_TEST_PLUGINS_H_
#define STAGEPROF_TEST_PLUGINS_H_

#include <dlfcn.h>
#include <stddef.h>
#include <unistd.h>

#include <string>

#include "case.h"

inline std::string PluginPath(int number) {
  std::string path(4096, '\0');
  path.resize(static_cast<size_t>(readlink("/proc/self/exe", &path[0], path.size())));
  return path + ".plugin" + std::to_string(number) + ".so";
}

// Calls the function at the end of a chain of calls in the library.
using AllocateDeep = void* (*)(void* (*allocate)(size_t), size_t bytes, int depth);

// It stays loaded.
inline AllocateDeep OpenPlugin(int number) {
  void* const plugin = dlopen(PluginPath(number).c_str(), RTLD_NOW);
  EXPECT(plugin != nullptr, ==, true);
  return reinterpret_cast<AllocateDeep>(dlsym(plugin, "allocate_deep"));
}

#endif  // STAGEPROF_TEST_PLUGINS_H_
