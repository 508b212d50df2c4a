#ifndef STAGEPROF_SOURCES_V8_HEAP_H_
#define STAGEPROF_SOURCES_V8_HEAP_H_

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "backing_stores.h"
#include "external_strings.h"
#include "source.h"
#include "store_hold.h"

namespace stageprof {

// The JS heap of one isolate. It is read through functions that the node binary exports under the
// same mangled names on every line, so that one addon binary serves all of them without V8's
// headers. Everything runs on the isolate's thread, except where a comment names another.
//
// The used heap falls only in a collection. So what is allocated is the sum of its rises, and the
// peak of a window is the maximum over its two ends and every GC prologue inside it.
//
//   sample: used 10   +8 allocated   GC: prologue 18, epilogue 3   +4   sample: used 7
//   allocated 8 + 4 = 12, peak 18
class V8Heap : public Source {
 public:
  // The highest values since a sampler's previous sample. V8's sum of backing stores also falls
  // only in collections. Node's count falls too when a buffer is transferred or resized, so buffers
  // that came and went that way between two readings are not in its peak.
  struct Peaks {
    double used_bytes = 0;
    double backing_store_bytes = 0;
  };
  // Each sampler has one as a member.
  struct Window {
    Peaks peaks;
    // Where another thread ends the window: the highest used heap since it last did. Null
    // elsewhere.
    std::atomic<double>* shared_peak = nullptr;
    Window* previous = nullptr;
    Window* next = nullptr;
  };

  // What the isolate's thread found last, for the recorder's thread, which cannot ask V8. Only the
  // isolate's thread writes the members. Relaxed order is enough: the members are not a snapshot,
  // and a reading that mixes two of them a microsecond apart is as good as either.
  struct Published {
    std::atomic<double> used_bytes{0};
    std::atomic<double> external_bytes{0};
    std::atomic<double> physical_bytes{0};
    std::atomic<double> string_bytes{NAN};
    std::atomic<double> allocated_bytes{0};
    std::atomic<double> gc_ns{0};
    std::atomic<double> gc_calls{0};
    // How often the heap was published.
    std::atomic<uint32_t> count{0};
  };

  V8Heap(Reader reader, TimeBudget* budget) : strings_(reader, budget) {}
  ~V8Heap();
  V8Heap(const V8Heap&) = delete;
  V8Heap& operator=(const V8Heap&) = delete;

  void Open();

  // Set by heapVerify. A heap that is not verified is not read: the words may mean something else
  // on another node.
  bool verified() const { return verified_; }
  void set_verified(bool verified) { verified_ = verified; }
  BackingStores* backing_stores() { return &backing_stores_; }
  // Two modules of one thread may each have a heap of the same isolate.
  bool IsOfSameIsolate(const V8Heap& other) const { return isolate_ == other.isolate_; }
  // For the list of all heaps: see isolate_heaps.
  V8Heap* next_isolate() const { return next_isolate_; }
  void set_next_isolate(V8Heap* heap) { next_isolate_ = heap; }
  const BackingStores& backing_stores() const { return backing_stores_; }
  // On the isolate's thread: has the count of its Buffers outlive it, where that can be.
  void HoldStores() {
    if (backing_stores_.verified()) hold_.Take(isolate_, backing_stores_.allocator());
  }
  StoreHold* store_hold() { return &hold_; }

  // The GC callbacks are installed while at least one window is open, so a program that measures
  // neither JS nor native memory pays nothing.
  void AddWindow(Window* window);
  void RemoveWindow(Window* window);

  // Reads V8's statistics; the accessors below return what the last Read found. They are a handful
  // of counters: 150 to 210 ns, at 5 MB as at 1.6 GB.
  void Read() {
    get_heap_statistics_(isolate_, words_);
    backing_store_bytes_ =
        backing_stores_.verified() ? backing_stores_.ReadBytes() : external_bytes();
  }

  // Reads, and adds what was allocated since the last reading. Requires an open window.
  void ReadAllocation() {
    Read();
    const size_t used = words_[kUsedHeapSize];
    // Only rises are added. A little is also given back outside of collections (an array trimmed in
    // place), and what is then allocated again was allocated.
    if (used > last_used_) allocated_bytes_ += static_cast<double>(used - last_used_);
    last_used_ = used;
    Publish();
  }

  // Within a call from JS: sees how much of what V8 counts outside of its heap is of strings.
  void LookAtStrings() {
    strings_.LookIfChanged(external_bytes() - backing_store_bytes_);
    published_.string_bytes.store(strings_.bytes(), std::memory_order_relaxed);
  }
  // Whether this node tells them.
  bool tells_strings() const { return strings_.is_available() && backing_stores_.verified(); }

  // For the account, and for a thread that allocates without a sample or a collection.
  void Refresh() {
    Read();
    Publish();
  }

  // Ends `window` at the last reading, and returns the highest values within it. The next window
  // begins here.
  Peaks EndWindow(Window* window) const {
    RaisePeaks(window);
    const Peaks ended = window->peaks;
    window->peaks = {used_bytes(), backing_store_bytes()};
    return ended;
  }

  double used_bytes() const { return static_cast<double>(words_[kUsedHeapSize]); }
  // What node has allocated for ArrayBuffers and Buffers, or V8's sum where that cannot be read.
  double backing_store_bytes() const { return backing_store_bytes_; }
  // V8's sum of backing stores, whoever allocated them. Node's own constants are 1.3 to 1.9 MB of
  // it. A buffer that was collected stays in it until the next collection or ArrayBuffer.
  double external_bytes() const { return static_cast<double>(words_[kExternalMemory]); }
  double allocated_bytes() const { return allocated_bytes_; }
  // The resident pages of the heap, used or not.
  double physical_bytes() const { return static_cast<double>(words_[kTotalPhysicalSize]); }
  double gc_ns() const { return gc_ns_; }
  double gc_calls() const { return gc_calls_; }

  // Any thread may read it as long as the environment lives.
  const Published& published() const { return published_; }
  // Called on another thread: has the isolate's thread publish when V8 next takes an interrupt,
  // even within a loop that neither collects nor waits. It does nothing where this node does not
  // export the function. Not for a thread that waits: the request would stay pending until that
  // thread runs again.
  void RequestPublication() const;

  // Tells whether what node has allocated for Buffers is read; otherwise V8's sum takes its place.
  template <typename Tell>
  void TellState(Tell tell) const {
    tell("hasBackingStores", backing_stores_.verified());
  }

 private:
  // Positions in v8::HeapStatistics; heapVerify compares them with v8.getHeapStatistics().
  static constexpr size_t kTotalPhysicalSize = 2;
  static constexpr size_t kUsedHeapSize = 4;
  static constexpr size_t kExternalMemory = 7;
  // V8 writes as many words as its own class has: 14 on Node 20, more on 26. There is ample room,
  // because V8 would otherwise write over what follows.
  static constexpr size_t kWords = 64;

  using GcCallback = void (*)(void* isolate, int type, int flags, void* data);

  // It may outlive the heap, because V8 keeps a request until it can serve it.
  struct Request {
    V8Heap* heap;  // null once the heap is gone; used by the isolate's thread only
    std::atomic<bool> is_pending{false};
    std::atomic<int> holders{1};

    static void Release(Request* request);
  };

  static void OnInterrupt(void* isolate, void* data);
  static void OnPrologue(void* isolate, int type, int flags, void* data);
  static void OnEpilogue(void* isolate, int type, int flags, void* data);
  void* Find(const char* symbol);

  void RaisePeaks(Window* window) const {
    Peaks& peaks = window->peaks;
    if (used_bytes() > peaks.used_bytes) peaks.used_bytes = used_bytes();
    if (backing_store_bytes() > peaks.backing_store_bytes) {
      peaks.backing_store_bytes = backing_store_bytes();
    }
    std::atomic<double>* const shared = window->shared_peak;
    if (shared != nullptr && used_bytes() > shared->load(std::memory_order_relaxed)) {
      shared->store(used_bytes(), std::memory_order_relaxed);
    }
  }

  void Publish() {
    constexpr auto kRelaxed = std::memory_order_relaxed;
    published_.used_bytes.store(used_bytes(), kRelaxed);
    published_.external_bytes.store(external_bytes(), kRelaxed);
    published_.physical_bytes.store(physical_bytes(), kRelaxed);
    published_.allocated_bytes.store(allocated_bytes_, kRelaxed);
    published_.gc_ns.store(gc_ns_, kRelaxed);
    published_.gc_calls.store(gc_calls_, kRelaxed);
    published_.count.store(published_.count.load(kRelaxed) + 1, kRelaxed);
  }

  void* isolate_ = nullptr;
  void (*construct_statistics_)(void* statistics) = nullptr;
  void (*get_heap_statistics_)(void* isolate, void* statistics) = nullptr;
  void (*add_prologue_)(void* isolate, GcCallback, void* data, int types) = nullptr;
  void (*add_epilogue_)(void* isolate, GcCallback, void* data, int types) = nullptr;
  void (*remove_prologue_)(void* isolate, GcCallback, void* data) = nullptr;
  void (*remove_epilogue_)(void* isolate, GcCallback, void* data) = nullptr;

  void (*request_interrupt_)(void* isolate, void (*)(void* isolate, void* data),
                             void* data) = nullptr;
  Request* request_ = nullptr;

  bool verified_ = false;
  BackingStores backing_stores_;
  StoreHold hold_;
  ExternalStrings strings_;
  V8Heap* next_isolate_ = nullptr;
  double backing_store_bytes_ = 0;
  Window* windows_ = nullptr;
  size_t words_[kWords] = {};
  size_t last_used_ = 0;
  double allocated_bytes_ = 0;
  double gc_ns_ = 0;
  double gc_calls_ = 0;
  int gc_depth_ = 0;
  double gc_began_ns_ = 0;
  Published published_;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_V8_HEAP_H_
