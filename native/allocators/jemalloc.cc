#include "jemalloc.h"

#include <stddef.h>
#include <stdint.h>

#include "../support/symbols.h"
#include "probe_block.h"

namespace stageprof {

namespace {

int (*mallctl)(const char* name, void* old, size_t* old_bytes, void* fresh, size_t fresh_bytes);

template <typename Value>
bool Get(const char* name, Value* value) {
  size_t bytes = sizeof *value;
  return mallctl(name, value, &bytes, nullptr, 0) == 0 && bytes == sizeof *value;
}

bool Find() {
  mallctl = reinterpret_cast<decltype(mallctl)>(FindSymbol("mallctl"));
  return mallctl != nullptr;
}

// thread.allocatedp points to this thread's count of bytes ever allocated, which no other thread
// changes.
bool Serves() {
  const volatile uint64_t* allocated_bytes = nullptr;
  if (!Get("thread.allocatedp", &allocated_bytes) || allocated_bytes == nullptr) return false;
  const uint64_t before_bytes = *allocated_bytes;
  return AskOfBlock(1, [&](const void*) { return *allocated_bytes > before_bytes; });
}

bool Read(Allocator::Reading* reading) {
  uint64_t epoch = 1;
  size_t allocated_bytes;
  size_t resident_bytes;
  if (mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch) != 0 ||
      !Get("stats.allocated", &allocated_bytes) || !Get("stats.resident", &resident_bytes)) {
    return false;
  }
  // 4096 is MALLCTL_ARENAS_ALL. A jemalloc that does not know the name counts caches as handed out.
  size_t cached_bytes;
  if (!Get("stats.arenas.4096.tcache_bytes", &cached_bytes)) cached_bytes = 0;
  reading->live_bytes = static_cast<double>(allocated_bytes) - static_cast<double>(cached_bytes);
  reading->free_bytes = static_cast<double>(resident_bytes) - reading->live_bytes;
  return true;
}

}  // namespace

const Allocator kJemalloc = {
    "jemalloc", "jemalloc mallctl", kCachesApart, kFreeMaximum, Find, Serves, Read, nullptr,
};

}  // namespace stageprof
