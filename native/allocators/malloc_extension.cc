#include "malloc_extension.h"

#include <stddef.h>
#include <string.h>

#include "../support/symbols.h"
#include "probe_block.h"

namespace stageprof {

namespace {

// From gperftools' malloc_extension_c.h.
struct Gperftools {
  using GetProperty = int (*)(const char* name, size_t* value);
  static constexpr const char* kGetProperty = "MallocExtension_GetNumericProperty";
  static constexpr const char* kGetOwnership = "MallocExtension_GetOwnership";
  static constexpr const char* kPhysicalBytes = "generic.total_physical_bytes";

  static bool Get(GetProperty get, const char* name, size_t* value) {
    return get(name, value) != 0;
  }
};

// From tcmalloc's internal_malloc_extension.h.
struct Tcmalloc {
  using GetProperty = bool (*)(const char* name, size_t name_length, size_t* value);
  static constexpr const char* kGetProperty = "MallocExtension_Internal_GetNumericProperty";
  static constexpr const char* kGetOwnership = "MallocExtension_Internal_GetOwnership";
  static constexpr const char* kPhysicalBytes = "generic.physical_memory_used";

  static bool Get(GetProperty get, const char* name, size_t* value) {
    return get(name, strlen(name), value);
  }
};

template <typename Names>
class MallocExtension {
 public:
  static bool Find() {
    get_property_ = reinterpret_cast<decltype(get_property_)>(FindSymbol(Names::kGetProperty));
    get_ownership_ = reinterpret_cast<decltype(get_ownership_)>(FindSymbol(Names::kGetOwnership));
    return get_property_ != nullptr && get_ownership_ != nullptr;
  }

  static bool Serves() {
    return AskOfBlock(1, [](const void* block) { return get_ownership_(block) == kOwned; });
  }

  static bool Read(Allocator::Reading* reading) {
    size_t live_bytes;
    size_t physical_bytes;
    if (!Names::Get(get_property_, "generic.current_allocated_bytes", &live_bytes) ||
        !Names::Get(get_property_, Names::kPhysicalBytes, &physical_bytes)) {
      return false;
    }
    reading->live_bytes = static_cast<double>(live_bytes);
    reading->free_bytes = static_cast<double>(physical_bytes) - reading->live_bytes;
    return true;
  }

 private:
  // kOwned of MallocExtension's enumeration Ownership, which is the same in both.
  static constexpr int kOwned = 1;

  static inline typename Names::GetProperty get_property_;
  static inline int (*get_ownership_)(const void* block);
};

template <typename Names>
constexpr Allocator Of(const char* name, const char* method) {
  using Extension = MallocExtension<Names>;
  return {name,
          method,
          kCachesApart,
          kFreeMaximum,
          Extension::Find,
          Extension::Serves,
          Extension::Read,
          nullptr};
}

}  // namespace

const Allocator kGperftools = Of<Gperftools>("gperftools", "gperftools MallocExtension");
const Allocator kTcmalloc = Of<Tcmalloc>("tcmalloc", "tcmalloc MallocExtension");

}  // namespace stageprof
