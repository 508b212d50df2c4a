#include "counters.h"

#include <pthread.h>

#include <atomic>

#include "bootstrap.h"
#include "counted.h"
#include "windows.h"

namespace stageprof_tracker {

__thread ThreadCounters thread_counters __attribute__((tls_model("initial-exec")));

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Every thread's batches; one cache line. A forked child inherits it with the blocks it counts.
struct alignas(64) Process {
  std::atomic<int64_t> live_bytes;
  std::atomic<int64_t> peak_bytes;
  std::atomic<uint64_t> allocated_bytes;
  std::atomic<uint64_t> allocated_blocks;
  // Not allocated less live: between the two a batch of another thread may come, of any size.
  std::atomic<uint64_t> freed_bytes;
  std::atomic<uint64_t> freed_blocks;
};
Process process;

std::atomic<uint32_t> threads_batching{0};
std::atomic<uint32_t> threads_highest{0};
std::atomic<uint64_t> threads_seen{0};

// Its destructor is the thread's exit handler. Looked up: until glibc 2.34 they stood in
// libpthread, which a program without threads does not load.
pthread_key_t exit_key;
int (*set_specific)(pthread_key_t, const void*) = nullptr;

// Others' exit handlers and thread_local destructors may still allocate after this one. From here
// on each operation is handed over by itself, so none is lost.
void OnThreadExit(void*) {
  ThreadCounters& thread = thread_counters;
  if (thread.state != ThreadCounters::kBatching) return;
  thread.state = ThreadCounters::kEnded;
  thread.allocated_limit = 0;
  thread.freed_limit = 0;
  HandOver();
  threads_batching.fetch_sub(1, kRelaxed);
}

void BeginThread(ThreadCounters* thread) {
  // First: setting the key allocates where more than 31 keys were made before it.
  thread->state = ThreadCounters::kBatching;
  threads_seen.fetch_add(1, kRelaxed);
  // Any value but null has the destructor called.
  if (set_specific == nullptr || set_specific(exit_key, thread) != 0) {
    // Whoever is here before OpenCounters is the main thread, and gets its batches there.
    thread->state = ThreadCounters::kEnded;
    return;
  }
  const uint32_t batching = threads_batching.fetch_add(1, kRelaxed) + 1;
  uint32_t highest = threads_highest.load(kRelaxed);
  while (batching > highest &&
         !threads_highest.compare_exchange_weak(highest, batching, kRelaxed)) {
  }
}

// Who raises a value raises its highest after it: a reading may come between the two.
template <typename Number>
Number AtLeast(const std::atomic<Number>& highest, Number value) {
  const Number seen = highest.load(kRelaxed);
  return seen > value ? seen : value;
}

}  // namespace

__attribute__((noinline, cold)) void HandOver() {
  ThreadCounters& thread = thread_counters;
  if (thread.state == ThreadCounters::kNew) BeginThread(&thread);
  const Counts total = thread.total;
  const Counts last = thread.handed_over;
  thread.handed_over = total;
  if (thread.state == ThreadCounters::kBatching) {
    thread.allocated_limit = total.allocated_bytes + kBatchBytes;
    thread.freed_limit = total.freed_bytes + kBatchBytes;
  }
  const uint64_t allocated_bytes = total.allocated_bytes - last.allocated_bytes;
  const uint64_t allocated_blocks = total.allocated_blocks - last.allocated_blocks;
  const uint64_t freed_bytes = total.freed_bytes - last.freed_bytes;
  const uint64_t freed_blocks = total.freed_blocks - last.freed_blocks;
  const int64_t growth = static_cast<int64_t>(allocated_bytes - freed_bytes);

  if (allocated_bytes != 0) process.allocated_bytes.fetch_add(allocated_bytes, kRelaxed);
  if (allocated_blocks != 0) process.allocated_blocks.fetch_add(allocated_blocks, kRelaxed);
  if (freed_bytes != 0) process.freed_bytes.fetch_add(freed_bytes, kRelaxed);
  if (freed_blocks != 0) process.freed_blocks.fetch_add(freed_blocks, kRelaxed);
  if (tracks_modules) HandOver(&thread.modules);
  if (growth == 0) return;
  // Ordered with the windows that it raises: see BeginWindow.
  const int64_t live = process.live_bytes.fetch_add(growth, std::memory_order_seq_cst) + growth;
  if (growth < 0) return;
  int64_t peak = process.peak_bytes.load(kRelaxed);
  while (live > peak && !process.peak_bytes.compare_exchange_weak(peak, live, kRelaxed)) {
  }
  RaiseWindows(live);
}

__attribute__((noinline)) void* CountedByModule(void* block, size_t bytes, const void* caller) {
  ThreadCounters& thread = thread_counters;
  if (thread.operator_caller != nullptr) {
    caller = thread.operator_caller;
    thread.operator_caller = nullptr;
  }
  Charge(&thread.modules, caller, bytes);
  CountAllocated(bytes);
  return block;
}

__attribute__((noinline, cold)) void* NoBlock() {
  thread_counters.operator_caller = nullptr;
  return nullptr;
}

void OpenCounters() {
  ThreadCounters& thread = thread_counters;
  if (thread.state != ThreadCounters::kNew) threads_seen.fetch_sub(1, kRelaxed);
  thread.state = ThreadCounters::kNew;
  const auto create =
      reinterpret_cast<int (*)(pthread_key_t*, void (*)(void*))>(FindSymbol("pthread_key_create"));
  const auto set = reinterpret_cast<decltype(set_specific)>(FindSymbol("pthread_setspecific"));
  if (create != nullptr && set != nullptr && create(&exit_key, OnThreadExit) == 0) {
    set_specific = set;
  }
  HandOver();
}

Threads ReadThreads() {
  const uint32_t batching = threads_batching.load(kRelaxed);
  return {batching, AtLeast(threads_highest, batching), threads_seen.load(kRelaxed)};
}

int64_t ReadLiveBytes() {
  return process.live_bytes.load(std::memory_order_seq_cst);
}

Counts ReadCounts(int64_t* live_bytes, int64_t* peak_bytes) {
  *live_bytes = process.live_bytes.load(kRelaxed);
  *peak_bytes = AtLeast(process.peak_bytes, *live_bytes);
  return {process.allocated_bytes.load(kRelaxed), process.allocated_blocks.load(kRelaxed),
          process.freed_bytes.load(kRelaxed), process.freed_blocks.load(kRelaxed)};
}

}  // namespace stageprof_tracker
