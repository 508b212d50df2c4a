#include "caliper.h"

#include <dlfcn.h>

namespace bench {
namespace {

using Region = void (*)(const char*);

Region begin_region = nullptr;
Region end_region = nullptr;

}  // namespace

bool OpenCaliper(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  begin_region = reinterpret_cast<Region>(dlsym(library, "cali_begin_region"));
  end_region = reinterpret_cast<Region>(dlsym(library, "cali_end_region"));
  return begin_region != nullptr && end_region != nullptr;
}

void BeginCaliperRegion(const char* label) {
  begin_region(label);
}

void EndCaliperRegion(const char* label) {
  end_region(label);
}

}  // namespace bench
