#include "isolate_heaps.h"

#include <unistd.h>

#include "../support/lock.h"
#include "../support/thread_id.h"
#include "leaving_heaps.h"
#include "outliving_stores.h"

namespace stageprof {

namespace {

// Guards the lists. It is taken when a thread starts and when it ends, and for each sum over more
// than one of them.
Lock lock;
V8Heap* first = nullptr;
OthersWindow* first_window = nullptr;
std::atomic<size_t> count{0};  // of heaps in the list

constexpr auto kRelaxed = std::memory_order_relaxed;

LeavingHeaps leaving;
OutlivingStores outliving;

bool IsListed(const V8Heap* heap) {
  for (const V8Heap* at = first; at != nullptr; at = at->next_isolate()) {
    if (at == heap) return true;
  }
  return false;
}

OtherHeaps SumOfOthers(const V8Heap& own) {
  OtherHeaps others;
  others.leaving_bytes = leaving.ReadBytes();
  for (const V8Heap* heap = first; heap != nullptr; heap = heap->next_isolate()) {
    if (heap->IsOfSameIsolate(own)) continue;
    const V8Heap::Published& published = heap->published();
    others.used_bytes += published.used_bytes.load(kRelaxed);
    others.physical_bytes += published.physical_bytes.load(kRelaxed);
    const BackingStores& stores = heap->backing_stores();
    if (stores.verified()) others.backing_store_bytes += stores.ReadBytes();
  }
  others.backing_store_bytes += outliving.ReadBytes();
  return others;
}

// There are few windows: samplers of worker threads do not read the tracker.
void RaiseWindows() {
  for (OthersWindow* window = first_window; window != nullptr; window = window->next) {
    const double bytes = SumOfOthers(*window->own).backing_store_bytes;
    if (bytes > window->most_bytes.load(kRelaxed)) window->most_bytes.store(bytes, kRelaxed);
  }
}

}  // namespace

void AddIsolateHeap(V8Heap* heap) {
  const Guard guard(&lock);
  for (const V8Heap* at = first; at != nullptr; at = at->next_isolate()) {
    if (at->IsOfSameIsolate(*heap)) return;
  }
  heap->HoldStores();
  heap->set_next_isolate(first);
  first = heap;
  count.fetch_add(1, kRelaxed);
}

void RemoveIsolateHeap(V8Heap* heap) {
  // Nothing is read once the main thread's heap has gone.
  const bool is_worker = ThisThreadId() != getpid();
  // What it was last published as may be from before it grew.
  if (is_worker && heap->verified()) heap->Refresh();
  const Guard guard(&lock);
  if (!IsListed(heap)) return;
  RaiseWindows();
  if (first == heap) {
    first = heap->next_isolate();
  } else {
    V8Heap* before = first;
    while (before->next_isolate() != heap) before = before->next_isolate();
    before->set_next_isolate(heap->next_isolate());
  }
  count.fetch_sub(1, kRelaxed);
  if (is_worker) leaving.Add(heap->published().physical_bytes.load(kRelaxed));
  outliving.Keep(heap);
}

void AddOthersWindow(OthersWindow* window, const V8Heap* own) {
  const Guard guard(&lock);
  window->own = own;
  window->most_bytes.store(0, kRelaxed);
  window->next = first_window;
  first_window = window;
}

void RemoveOthersWindow(OthersWindow* window) {
  const Guard guard(&lock);
  OthersWindow** link = &first_window;
  while (*link != nullptr && *link != window) link = &(*link)->next;
  if (*link == window) *link = window->next;
}

OtherHeaps ReadOtherHeaps(const V8Heap& own) {
  if (count.load(kRelaxed) < 2 && leaving.is_empty() && outliving.is_empty()) return {};
  const Guard guard(&lock);
  outliving.LetGoOfEmpty();
  RaiseWindows();
  return SumOfOthers(own);
}

double TakeOtherStoresPeak(OthersWindow* window, const OtherHeaps& now) {
  const double bytes = now.backing_store_bytes;
  // In a process with one heap both are 0.
  if (window->most_bytes.load(kRelaxed) == bytes) return bytes;
  const double most = window->most_bytes.exchange(bytes, kRelaxed);
  return most > bytes ? most : bytes;
}

}  // namespace stageprof
