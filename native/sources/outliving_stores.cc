#include "outliving_stores.h"

#include <new>

namespace stageprof {

namespace {

// Each costs a load at every sample. Pools that end their threads all day long, each with a Buffer
// that stays, would make it more and more.
constexpr size_t kMost = 64;

}  // namespace

void OutlivingStores::Keep(V8Heap* heap) {
  StoreHold* const hold = heap->store_hold();
  if (!hold->is_taken()) return;
  Allocator* const kept = new (std::nothrow) Allocator{*hold, *heap->backing_stores(), nullptr};
  if (kept == nullptr) return hold->Release();
  *hold = {};
  LetGoOfEmpty();
  if (count_.load(std::memory_order_relaxed) >= kMost) LetGoOfLeast();
  kept->next = first_;
  first_ = kept;
  count_.fetch_add(1, std::memory_order_relaxed);
}

void OutlivingStores::LetGoOfEmpty() {
  Allocator** link = &first_;
  while (*link != nullptr) {
    if ((*link)->ReadBytes() > 0) {
      link = &(*link)->next;
    } else {
      LetGo(link);
    }
  }
}

double OutlivingStores::ReadBytes() const {
  double bytes = 0;
  for (const Allocator* at = first_; at != nullptr; at = at->next) bytes += at->ReadBytes();
  return bytes;
}

void OutlivingStores::LetGo(Allocator** link) {
  Allocator* const gone = *link;
  *link = gone->next;
  gone->hold.Release();
  delete gone;
  count_.fetch_sub(1, std::memory_order_relaxed);
}

void OutlivingStores::LetGoOfLeast() {
  Allocator** least = &first_;
  for (Allocator** link = &first_; *link != nullptr; link = &(*link)->next) {
    if ((*link)->ReadBytes() < (*least)->ReadBytes()) least = link;
  }
  LetGo(least);
}

}  // namespace stageprof
