#include "isolate_heaps.h"

#include <unistd.h>

#include <new>

#include "../support/clocks.h"
#include "../support/lock.h"
#include "../threads/thread_id.h"
#include "store_hold.h"

namespace stageprof {

namespace {

// What the Buffers that outlived their heap still have, by the count of its allocator.
struct Outliving {
  StoreHold hold;
  BackingStores stores;
  Outliving* next;

  double ReadBytes() const { return stores.ReadBytes() - StoreHold::kBytes; }
};

// Guards the lists. It is taken when a thread starts and when it ends, and for each sum over more
// than one of them.
Lock lock;
V8Heap* first = nullptr;
OthersWindow* first_window = nullptr;
Outliving* first_outliving = nullptr;
// How many are in the first list and in the last.
std::atomic<size_t> count{0};

constexpr auto kRelaxed = std::memory_order_relaxed;

// The heaps of worker threads that have just ended. A thread says so while its heap is still there:
// V8 frees it some milliseconds later, or more if it is large. Until then the pages are resident,
// and belong to nobody else. They are counted for one to two periods.
class LeavingHeaps {
 public:
  // The rest is used with the lock held.
  bool is_empty() const { return is_empty_.load(kRelaxed); }

  void Add(double bytes) {
    Turn();
    bytes_ += bytes;
    is_empty_.store(false, kRelaxed);
  }

  double ReadBytes() {
    if (is_empty()) return 0;
    Turn();
    if (bytes_ + bytes_before_ == 0) is_empty_.store(true, kRelaxed);
    return bytes_ + bytes_before_;
  }

 private:
  static constexpr double kPeriodNs = 500e6;

  void Turn() {
    const double now_ns = ReadWallNs();
    const double passed_ns = now_ns - since_ns_;
    if (passed_ns < kPeriodNs) return;
    bytes_before_ = passed_ns < 2 * kPeriodNs ? bytes_ : 0;
    bytes_ = 0;
    since_ns_ = now_ns;
  }

  std::atomic<bool> is_empty_{true};
  double bytes_ = 0;
  double bytes_before_ = 0;
  double since_ns_ = 0;
};

LeavingHeaps leaving;

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
  for (const Outliving* at = first_outliving; at != nullptr; at = at->next) {
    others.backing_store_bytes += at->ReadBytes();
  }
  return others;
}

void LetGo(Outliving** link) {
  Outliving* const outliving = *link;
  *link = outliving->next;
  outliving->hold.Release();
  delete outliving;
  count.fetch_sub(1, kRelaxed);
}

void LetGoOfEmpty() {
  Outliving** link = &first_outliving;
  while (*link != nullptr) {
    if ((*link)->ReadBytes() > 0) {
      link = &(*link)->next;
    } else {
      LetGo(link);
    }
  }
}

// Each costs a load at every sample. Pools that end their threads all day long, each with a Buffer
// that stays, would make it more and more.
void LetGoOfLeast() {
  constexpr size_t kMost = 64;
  size_t length = 0;
  Outliving** least = &first_outliving;
  for (Outliving** link = &first_outliving; *link != nullptr; link = &(*link)->next) {
    ++length;
    if ((*link)->ReadBytes() < (*least)->ReadBytes()) least = link;
  }
  if (length > kMost) LetGo(least);
}

// Takes over the hold of a heap that goes. Its own Buffers are freed with it, after this.
void KeepOutliving(V8Heap* heap) {
  StoreHold* const hold = heap->store_hold();
  if (!hold->is_taken()) return;
  Outliving* const outliving =
      new (std::nothrow) Outliving{*hold, *heap->backing_stores(), nullptr};
  if (outliving == nullptr) return hold->Release();
  *hold = {};
  LetGoOfEmpty();
  LetGoOfLeast();
  outliving->next = first_outliving;
  first_outliving = outliving;
  count.fetch_add(1, kRelaxed);
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
  // Nothing is read once the main thread's heap has gone.
  if (ThisThreadId() != getpid()) leaving.Add(heap->published().physical_bytes.load(kRelaxed));
  KeepOutliving(heap);
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
  if (count.load(kRelaxed) < 2 && leaving.is_empty()) return {};
  const Guard guard(&lock);
  LetGoOfEmpty();
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
