#include "isolate_heaps.h"

#include "../support/lock.h"

namespace stageprof {

namespace {

// Guards the list. It is taken when a thread starts and when it ends, and for each sum over more
// than one heap.
Lock lock;
V8Heap* first = nullptr;
std::atomic<size_t> count{0};

bool IsListed(const V8Heap* heap) {
  for (const V8Heap* at = first; at != nullptr; at = at->next_isolate()) {
    if (at == heap) return true;
  }
  return false;
}

}  // namespace

void AddIsolateHeap(V8Heap* heap) {
  const Guard guard(&lock);
  for (const V8Heap* at = first; at != nullptr; at = at->next_isolate()) {
    if (at->IsOfSameIsolate(*heap)) return;
  }
  heap->set_next_isolate(first);
  first = heap;
  count.fetch_add(1, std::memory_order_relaxed);
}

void RemoveIsolateHeap(V8Heap* heap) {
  const Guard guard(&lock);
  if (!IsListed(heap)) return;
  if (first == heap) {
    first = heap->next_isolate();
  } else {
    V8Heap* before = first;
    while (before->next_isolate() != heap) before = before->next_isolate();
    before->set_next_isolate(heap->next_isolate());
  }
  count.fetch_sub(1, std::memory_order_relaxed);
}

OtherHeaps ReadOtherHeaps(const V8Heap& own) {
  OtherHeaps others;
  if (count.load(std::memory_order_relaxed) < 2) return others;
  const Guard guard(&lock);
  for (const V8Heap* heap = first; heap != nullptr; heap = heap->next_isolate()) {
    if (heap->IsOfSameIsolate(own)) continue;
    const V8Heap::Published& published = heap->published();
    others.used_bytes += published.used_bytes.load(std::memory_order_relaxed);
    others.physical_bytes += published.physical_bytes.load(std::memory_order_relaxed);
    const BackingStores& stores = heap->backing_stores();
    if (stores.verified()) others.backing_store_bytes += stores.ReadBytes();
  }
  return others;
}

}  // namespace stageprof
