#include "mimalloc.h"

#include "../support/symbols.h"
#include "probe_block.h"

namespace stageprof {

namespace {

bool (*is_in_heap_region)(const void* block);

bool Find() {
  is_in_heap_region =
      reinterpret_cast<decltype(is_in_heap_region)>(FindSymbol("mi_is_in_heap_region"));
  return is_in_heap_region != nullptr;
}

bool Serves() {
  return AskOfBlock(1, is_in_heap_region);
}

constexpr const char* kSilence =
    "mimalloc serves malloc, and tells neither live bytes nor what is free in it at a bounded cost";

}  // namespace

const Allocator kMimalloc = {"mimalloc", "mimalloc", nullptr, nullptr,
                             Find,       Serves,     nullptr, kSilence};

}  // namespace stageprof
