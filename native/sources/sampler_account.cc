// The part of a sampler that tells who holds the resident set. It is read seldom; the samples of
// stages are in sampler.cc.
#include <math.h>

#include "../support/larger.h"
#include "account.h"
#include "isolate_heaps.h"
#include "sampler.h"

namespace stageprof {

// What is free in the allocator, read now whatever it costs, to go with the last sample; NaN where
// it cannot be read.
double Sampler::ReadFreeBytes() {
  if (!reads_.malloc_stats) return NAN;
  // The tracker is read again too: since the sample a collection may have freed a Buffer, which the
  // allocator no longer counts.
  TrackerClient::Reading tracked = {};
  if (reads_.tracker) sources_->tracker.Read(STAGEPROF_TRACKER_NO_WINDOW, &tracked);
  return FreeBytes(sources_->malloc_stats.ReadUnbudgeted(), tracked.live_bytes);
}

void Sampler::RenewFreeBytes(double* account) {
  if (account[kAccountAllocatorAt] >= account[kAccountCountedAt] || !MallocStats::IsShort()) return;
  account[kAccountAllocatorFree] = ReadFreeBytes();
  account[kAccountAllocatorAt] = account[kAccountCountedAt];
}

// The threads that the teardown has ended were there.
void Sampler::AddLeavingHeaps(double* account) const {
  if (!reads_.v8_heap) return;
  const OtherHeaps others = ReadOtherHeaps(*other_.heap);
  const double more = others.physical_bytes + others.leaving_bytes - account[kAccountWorkerHeaps];
  account[kAccountLeavingHeaps] = Larger(account[kAccountLeavingHeaps], more);
}

void Sampler::RenewParts(MappedParts::Look look, double* account) {
  AddLeavingHeaps(account);
  sources_->mapped_parts.Raise(look, &sources_->tracker, account);
  RenewFreeBytes(account);
}

bool Sampler::ReadAccount(double* account) {
  V8Heap& heap = sources_->v8_heap;
  // The heap comes first, since a collection may change it.
  if (heap.verified()) heap.Refresh();
  ReadAccountCounters(heap, account);
  account[kAccountAllocatorFree] = ReadFreeBytes();
  account[kAccountAllocatorAt] = ReadWallNs();
  sources_->mapped_parts.Read(MappedParts::Look::kWithinBudget, &sources_->tracker, account);
  return account[kAccountMappingsAt] >= account[kAccountAllocatorAt];
}

void Sampler::ReadAccountFromOutside(MappedParts::Look look, double* account) {
  ReadAccountCounters(*other_.heap, account);
  if (!reads_.v8_heap) {
    account[kAccountJsHeap] = NAN;
    account[kAccountWorkerHeaps] = NAN;
    account[kAccountLeavingHeaps] = NAN;
  }
  if (reads_.malloc_stats && !isnan(slots_[kAllocatorFreeBytes])) {
    free_bytes_ = slots_[kAllocatorFreeBytes];
    free_at_ns_ = slots_[kWallNs];
  }
  account[kAccountAllocatorFree] = free_bytes_;
  account[kAccountAllocatorAt] = free_at_ns_;
  if (look == MappedParts::Look::kIfShort) RenewFreeBytes(account);
  sources_->mapped_parts.Read(look, &sources_->tracker, account);
}

void Sampler::ReadAccountCounters(const V8Heap& heap, double* account) const {
  for (size_t cell = 0; cell < kAccountLength; ++cell) account[cell] = NAN;
  account[kAccountRss] = slots_[kRssBytes];
  account[kAccountNativeLive] = slots_[kNativeLiveBytes];
  account[kAccountCountedAt] = slots_[kWallNs];
  if (!heap.verified()) return;
  const V8Heap::Published& published = heap.published();
  const BackingStores& stores = heap.backing_stores();
  account[kAccountJsHeap] = published.physical_bytes.load(std::memory_order_relaxed);
  if (heap.tells_strings()) {
    const double strings = published.string_bytes.load(std::memory_order_relaxed);
    // Strings that were freed since they were looked at are no longer in V8's sum. Those that were
    // freed since the sample are still among its live blocks.
    const double most = gives_js_ ? slots_[kExternalBytes]
                                  : published.external_bytes.load(std::memory_order_relaxed);
    account[kAccountStrings] = strings > most ? most : strings;
  }
  // As of the sample, like the resident set: since then a collection may have freed a Buffer.
  if (reads_.v8_heap) {
    account[kAccountWorkerHeaps] = others_physical_bytes_;
    account[kAccountLeavingHeaps] = leaving_bytes_;
    account[kAccountBackingStores] = stores_bytes_;
  } else {
    const OtherHeaps others = ReadOtherHeaps(heap);
    account[kAccountWorkerHeaps] = others.physical_bytes;
    account[kAccountLeavingHeaps] = others.leaving_bytes;
    account[kAccountBackingStores] = stores.verified()
                                         ? stores.ReadBytes()
                                         : published.external_bytes.load(std::memory_order_relaxed);
  }
}

}  // namespace stageprof
