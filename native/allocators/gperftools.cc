#include "gperftools.h"

#include <stddef.h>
#include <stdlib.h>

#include "../symbols.h"

namespace stageprof {

namespace {

// gperftools' malloc_extension_c.h; 1 is MallocExtension_kOwned.
int (*get_numeric_property)(const char* name, size_t* value);
int (*get_ownership)(const void* block);
constexpr int kOwned = 1;

bool Get(const char* name, size_t* value) {
  return get_numeric_property(name, value) != 0;
}

bool Find() {
  get_numeric_property = reinterpret_cast<decltype(get_numeric_property)>(
      FindSymbol("MallocExtension_GetNumericProperty"));
  get_ownership =
      reinterpret_cast<decltype(get_ownership)>(FindSymbol("MallocExtension_GetOwnership"));
  return get_numeric_property != nullptr && get_ownership != nullptr;
}

bool Serves() {
  void* volatile block = malloc(1);
  const bool is_own = block != nullptr && get_ownership(block) == kOwned;
  free(block);
  return is_own;
}

bool Read(Allocator::Reading* reading) {
  size_t live_bytes;
  size_t physical_bytes;
  if (!Get("generic.current_allocated_bytes", &live_bytes) ||
      !Get("generic.total_physical_bytes", &physical_bytes)) {
    return false;
  }
  reading->live_bytes = static_cast<double>(live_bytes);
  reading->held_bytes = static_cast<double>(physical_bytes) - reading->live_bytes;
  return true;
}

}  // namespace

const Allocator kGperftools = {
    "gperftools", "gperftools MallocExtension", kCachesApart, kHeldMaximum, Find, Serves, Read,
    nullptr,
};

}  // namespace stageprof
