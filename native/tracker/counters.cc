#include "counters.h"

#include <pthread.h>

#include <atomic>

#include "../support/highest.h"
#include "batch.h"
#include "block_size.h"
#include "bootstrap.h"
#include "counted.h"
#include "stacks/rebound_imports.h"
#include "windows.h"

namespace stageprof_tracker {

__thread ThreadCounters thread_counters __attribute__((tls_model("initial-exec")));

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// The sum of every thread's batches, in one cache line. Counts that no peak needs are in shards. A
// forked child inherits it together with the blocks it counts.
struct alignas(64) Process {
  std::atomic<int64_t> live_bytes;
  std::atomic<int64_t> peak_bytes;
};
Process process;

std::atomic<uint32_t> threads_batching{0};
std::atomic<uint32_t> threads_highest{0};
std::atomic<uint64_t> threads_seen{0};

// The destructor of this key is the thread's exit handler. The functions are looked up: until glibc
// 2.34 they were in libpthread, which a program without threads does not load.
pthread_key_t exit_key;
int (*set_specific)(pthread_key_t, const void*) = nullptr;

int64_t Live(const Counts& counts) {
  return static_cast<int64_t>(counts.allocated_bytes - counts.freed_bytes);
}

void Store(Shard* shard, const Counts& counts) {
  shard->allocated_bytes.store(counts.allocated_bytes, kRelaxed);
  shard->allocated_blocks.store(counts.allocated_blocks, kRelaxed);
  shard->freed_bytes.store(counts.freed_bytes, kRelaxed);
  shard->freed_blocks.store(counts.freed_blocks, kRelaxed);
}

// From here on each operation ends a batch.
void EndBatching(ThreadCounters* thread) {
  Shard& shard = ThreadShard();
  shard.live_above = INT64_MIN;
  shard.released_above = INT64_MIN;
  thread->plain_shard = nullptr;
  thread->module_shard = nullptr;
}

// Continues in another shard, whose new contents are `counts`; `offset` is the part of them that is
// not this thread's.
void MoveTo(Shard* shard, const Counts& counts, const Counts& offset, ThreadCounters* thread) {
  const int64_t kept = Live(ReadShard(ThreadShard())) - thread->live_handed_over;
  Store(shard, counts);
  thread->shard_distance =
      reinterpret_cast<intptr_t>(shard) - reinterpret_cast<intptr_t>(&thread->own);
  thread->offset = offset;
  thread->live_handed_over = Live(counts) - kept;
}

void MoveToShard(ThreadCounters* thread) {
  Shard* shard = TakeShard();
  if (shard == nullptr) return;
  // The part of this thread that the common shard already has must not count twice.
  const Counts offset = Difference(ReadShard(*shard), thread->offset);
  MoveTo(shard, Sum(offset, ReadShard(thread->own)), offset, thread);
}

void MoveFromShard(ThreadCounters* thread) {
  if (thread->shard_distance == 0) return;
  Shard* shard = &ThreadShard();
  const Counts total = ReadThreadCounts();
  MoveTo(&thread->own, total, total, thread);
  GiveShardBack(shard);
}

// Exit handlers of others, and thread_local destructors, may still allocate after this one. From
// here on each operation is handed over by itself, so none is lost.
void OnThreadExit(void*) {
  ThreadCounters& thread = thread_counters;
  if (thread.state != ThreadCounters::kBatching) return;
  HandOver();
  thread.state = ThreadCounters::kEnded;
  MoveFromShard(&thread);
  EndBatching(&thread);
  threads_batching.fetch_sub(1, kRelaxed);
}

void BeginThread(ThreadCounters* thread) {
  // Set first, because setting the key allocates if more than 31 keys were made before it.
  thread->state = ThreadCounters::kBatching;
  threads_seen.fetch_add(1, kRelaxed);
  // Any value but null makes libc call the destructor.
  if (set_specific == nullptr || set_specific(exit_key, thread) != 0) {
    // Before OpenCounters this is either the main thread, which gets its batches there, or a thread
    // that a constructor of another preloaded library has started. The operations of such a thread
    // are handed over one by one from then on.
    thread->state = ThreadCounters::kEnded;
    EndBatching(thread);
    return;
  }
  MoveToShard(thread);
  const uint32_t batching = threads_batching.fetch_add(1, kRelaxed) + 1;
  stageprof::RaiseTo(&threads_highest, batching);
}

// A writer raises a value before the highest value, so a reader in between must compare the two.
template <typename Number>
Number AtLeast(const std::atomic<Number>& highest, Number value) {
  const Number seen = highest.load(kRelaxed);
  return seen > value ? seen : value;
}

void AddLive(int64_t growth) {
  // Ordered with the windows that it raises: see BeginWindow.
  const int64_t live = process.live_bytes.fetch_add(growth, std::memory_order_seq_cst) + growth;
  if (growth < 0) return;
  stageprof::RaiseTo(&process.peak_bytes, live);
  RaiseWindows(live);
}

// For a thread that never got a shard, or has given its shard back.
void AddOwnToCommon(ThreadCounters* thread) {
  const Counts own = ReadShard(thread->own);
  const Counts counts = Difference(own, thread->offset);
  thread->offset = own;
  AddToCommonShard(counts);
  EndBatching(thread);
  HandOver(&thread->modules);
}

}  // namespace

__attribute__((noinline, cold)) void EndBatch() {
  ThreadCounters& thread = thread_counters;
  if (__builtin_expect(thread.state == ThreadCounters::kNew, 0)) BeginThread(&thread);
  Shard& shard = ThreadShard();
  const auto live =
      static_cast<int64_t>(shard.allocated_bytes.load(kRelaxed) - shard.freed_bytes.load(kRelaxed));
  const int64_t growth = live - thread.live_handed_over;
  thread.live_handed_over = live;
  shard.live_above = live + static_cast<int64_t>(kBatchBytes);
  shard.released_above = static_cast<int64_t>(kBatchBytes) - live;
  const bool is_plain = block_headers.are_enough && thread.shard_distance != 0;
  const bool is_by_module =
      block_headers.are_read && !block_headers.are_enough && thread.shard_distance != 0;
  thread.plain_shard = is_plain ? &shard : nullptr;
  thread.module_shard = is_by_module ? &shard : nullptr;
  if (__builtin_expect(thread.shard_distance == 0, 0)) AddOwnToCommon(&thread);
  if (growth != 0) AddLive(growth);
}

__attribute__((noinline, cold)) void* EndBatchWith(void* block) {
  CheckBlockHeader(block);
  EndBatch();
  return block;
}

void HandOver() {
  EndBatch();
  HandOver(&thread_counters.modules);
}

__attribute__((noinline, cold)) void* WithBatchesEnded(void* block, ModuleBatches::Slot* slot,
                                                       size_t bytes, bool ends_batch) {
  SamplingPoint& sampling = thread_counters.sampling;
  if (sampling.bytes_left < 0) Sample(&sampling, block, bytes, slot->module);
  if (slot->bytes >= kModuleBatchBytes) ClaimSlot(slot, slot->module);
  if (ends_batch) EndBatchWith(block);
  return block;
}

__attribute__((noinline, cold)) void* CountedByNewModule(void* block, size_t bytes,
                                                         const void* caller) {
  ModuleBatches::Slot* slot = FindOrClaimSlot(&thread_counters.modules, caller);
  RebindImportsOf(slot->module, caller);
  slot->bytes += bytes;
  slot->blocks += 1;
  thread_counters.sampling.bytes_left -= static_cast<int64_t>(bytes);
  return WithBatchesEnded(block, slot, bytes, AddAllocated(bytes));
}

__attribute__((noinline)) void* CountedByModule(void* block, size_t bytes, const void* caller) {
  return CountedByModule(&ThreadShard(), block, bytes, caller);
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

Counts ReadThreadCounts() {
  const ThreadCounters& thread = thread_counters;
  const Counts counts = ReadShard(ThreadShard());
  return thread.shard_distance == 0 ? counts : Difference(counts, thread.offset);
}

Counts ReadCounts(int64_t* live_bytes, int64_t* peak_bytes) {
  *live_bytes = process.live_bytes.load(kRelaxed);
  *peak_bytes = AtLeast(process.peak_bytes, *live_bytes);
  return ReadShards();
}

}  // namespace stageprof_tracker
