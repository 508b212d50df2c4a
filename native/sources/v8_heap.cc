#include "v8_heap.h"

#include <new>

#include "../support/clocks.h"
#include "../support/symbols.h"

namespace stageprof {

namespace {

// Values of v8::GCType.
constexpr int kScavenge = 1;
constexpr int kMinorMarkSweep = 2;
constexpr int kMarkSweepCompact = 4;
constexpr int kAllTypes = 31;
// The start of incremental marking (8) and weak callbacks (16) are parts of a collection: the time
// in them counts, but they are not collections. V8 announces neither marking steps nor lazy
// sweeping.
constexpr int kCollections = kScavenge | kMinorMarkSweep | kMarkSweepCompact;

}  // namespace

void V8Heap::Open() {
  using GetCurrent = void* (*)();
  const auto get_current = reinterpret_cast<GetCurrent>(Find("_ZN2v87Isolate10GetCurrentEv"));
  construct_statistics_ =
      reinterpret_cast<decltype(construct_statistics_)>(Find("_ZN2v814HeapStatisticsC1Ev"));
  get_heap_statistics_ = reinterpret_cast<decltype(get_heap_statistics_)>(
      Find("_ZN2v87Isolate17GetHeapStatisticsEPNS_14HeapStatisticsE"));
  add_prologue_ = reinterpret_cast<decltype(add_prologue_)>(Find(
      "_ZN2v87Isolate21AddGCPrologueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_S2_"));
  add_epilogue_ = reinterpret_cast<decltype(add_epilogue_)>(Find(
      "_ZN2v87Isolate21AddGCEpilogueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_S2_"));
  remove_prologue_ = reinterpret_cast<decltype(remove_prologue_)>(Find(
      "_ZN2v87Isolate24RemoveGCPrologueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_"));
  remove_epilogue_ = reinterpret_cast<decltype(remove_epilogue_)>(Find(
      "_ZN2v87Isolate24RemoveGCEpilogueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_"));
  if (failure_) return;
  isolate_ = get_current();
  if (isolate_ == nullptr) {
    failure_.Set("no isolate is current on this thread");
    return;
  }
  construct_statistics_(words_);
  backing_stores_.Open(isolate_);
  strings_.Open(isolate_);
  request_interrupt_ = reinterpret_cast<decltype(request_interrupt_)>(
      FindSymbol("_ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_"));
  if (request_interrupt_ != nullptr && request_ == nullptr)
    request_ = new (std::nothrow) Request{this};
}

V8Heap::~V8Heap() {
  if (request_ == nullptr) return;
  request_->heap = nullptr;
  Request::Release(request_);
}

void V8Heap::Request::Release(Request* request) {
  if (request->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete request;
}

void V8Heap::RequestPublication() const {
  if (request_ == nullptr || request_->is_pending.exchange(true, std::memory_order_relaxed)) return;
  request_->holders.fetch_add(1, std::memory_order_relaxed);
  request_interrupt_(isolate_, OnInterrupt, request_);
}

// Runs between two instructions of JS. As in the callbacks of collections, nothing may allocate or
// enter JS.
void V8Heap::OnInterrupt(void*, void* data) {
  Request* request = static_cast<Request*>(data);
  request->is_pending.store(false, std::memory_order_relaxed);
  V8Heap* const heap = request->heap;
  if (heap != nullptr && heap->windows_ != nullptr) heap->ReadAllocation();
  Request::Release(request);
}

void* V8Heap::Find(const char* symbol) {
  void* address = FindSymbol(symbol);
  if (address == nullptr) failure_.SetMissingSymbol(symbol);
  return address;
}

void V8Heap::AddWindow(Window* window) {
  if (windows_ == nullptr) {
    add_prologue_(isolate_, OnPrologue, this, kAllTypes);
    add_epilogue_(isolate_, OnEpilogue, this, kAllTypes);
    gc_depth_ = 0;
    // What was allocated while no window was open belongs to no sample.
    Read();
    last_used_ = words_[kUsedHeapSize];
  } else {
    ReadAllocation();
  }
  window->peaks = {used_bytes(), backing_store_bytes()};
  window->previous = nullptr;
  window->next = windows_;
  if (windows_ != nullptr) windows_->previous = window;
  windows_ = window;
}

void V8Heap::RemoveWindow(Window* window) {
  if (window->previous != nullptr) window->previous->next = window->next;
  if (window->next != nullptr) window->next->previous = window->previous;
  if (windows_ == window) windows_ = window->next;
  if (windows_ != nullptr) return;
  remove_prologue_(isolate_, OnPrologue, this);
  remove_epilogue_(isolate_, OnEpilogue, this);
}

// Inside the callbacks nothing may allocate on the JS heap or enter JS, and reading the statistics
// does neither. A weak callback may allocate and so start a collection within the outer one. Its
// heap is read like any other's, and its time is part of the outer one's.
void V8Heap::OnPrologue(void*, int type, int, void* data) {
  V8Heap* heap = static_cast<V8Heap*>(data);
  if (heap->gc_depth_++ == 0) heap->gc_began_ns_ = ReadWallNs();
  if ((type & kCollections) != 0) heap->gc_calls_ += 1;
  heap->ReadAllocation();
  for (Window* window = heap->windows_; window != nullptr; window = window->next) {
    heap->RaisePeaks(window);
  }
}

void V8Heap::OnEpilogue(void*, int, int, void* data) {
  V8Heap* heap = static_cast<V8Heap*>(data);
  // The callbacks were installed in the middle of a collection.
  if (heap->gc_depth_ == 0) return;
  heap->Read();
  heap->last_used_ = heap->words_[kUsedHeapSize];
  if (--heap->gc_depth_ == 0) heap->gc_ns_ += ReadWallNs() - heap->gc_began_ns_;
  heap->Publish();
}

}  // namespace stageprof
