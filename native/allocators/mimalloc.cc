#include "mimalloc.h"

#include <stdlib.h>

#include "../symbols.h"

namespace stageprof {

namespace {

bool (*is_in_heap_region)(const void* block);

bool Find() {
  is_in_heap_region =
      reinterpret_cast<decltype(is_in_heap_region)>(FindSymbol("mi_is_in_heap_region"));
  return is_in_heap_region != nullptr;
}

bool Serves() {
  void* volatile block = malloc(1);
  const bool is_own = block != nullptr && is_in_heap_region(block);
  free(block);
  return is_own;
}

constexpr const char* kSilence =
    "mimalloc serves malloc, and tells neither live nor held bytes at a bounded cost";

}  // namespace

const Allocator kMimalloc = {"mimalloc", "mimalloc", nullptr, nullptr,
                             Find,       Serves,     nullptr, kSilence};

}  // namespace stageprof
