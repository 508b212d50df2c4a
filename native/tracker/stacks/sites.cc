#include "sites.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <initializer_list>

#include "outlived.h"
#include "stack_stages.h"
#include "stack_tables.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

constexpr uint32_t kSlots = kMostSites * 2;
// The hash of a stack above, the number of its site below. 0 where free.
std::atomic<uint64_t> slots[kSlots];

uint64_t HashOf(const SiteFrame* frames, uint32_t count, uint32_t stage) {
  uint64_t hash = stage + UINT64_C(0x9E3779B97F4A7C15);
  for (uint32_t index = 0; index < count; ++index) {
    hash = (hash ^ frames[index]) * UINT64_C(0xFF51AFD7ED558CCD);
    hash ^= hash >> 32;
  }
  return hash;
}

// A site that has no frames yet is being made by another thread, and counts as another one: two rows
// that have to be added up are better than a lock in a hook.
bool IsSame(const TablesUse& tables, uint32_t site, const SiteFrame* frames, uint32_t count,
            uint32_t stage) {
  const SiteRow& row = tables->sites[site];
  return row.count.load(std::memory_order_acquire) == count && row.stage == stage &&
         memcmp(tables->frames + row.first, frames, count * sizeof *frames) == 0;
}

// The number of the first of `count` entries that nobody else takes; `most` where there are not as
// many.
uint32_t Take(std::atomic<uint32_t>* taken, uint32_t count, uint32_t most) {
  const uint32_t first = taken->fetch_add(count, kRelaxed);
  if (first <= most - count) return first;
  taken->fetch_sub(count, kRelaxed);
  return most;
}

uint32_t Make(const TablesUse& tables, const SiteFrame* frames, uint32_t count, uint32_t stage) {
  const uint32_t first = Take(&tables->frames_taken, count, kMostSiteFrames);
  const uint32_t site =
      first == kMostSiteFrames ? kMostSites : Take(&tables->sites_taken, 1, kMostSites);
  if (site == kMostSites) {
    tables->missed.fetch_add(1, kRelaxed);
    return kUnknownSite;
  }
  SiteRow& row = tables->sites[site];
  memcpy(tables->frames + first, frames, count * sizeof *frames);
  row.first = first;
  row.stage = stage;
  row.count.store(count, std::memory_order_release);
  return site;
}

void NoteEpoch(const TablesUse& tables, SiteRow* row) {
  const uint32_t now = tables->epoch.load(kRelaxed);
  uint32_t seen = row->epoch.load(kRelaxed);
  if (seen == now || !row->epoch.compare_exchange_strong(seen, now, kRelaxed)) return;
  row->bytes_at_peak.store(row->live_bytes.load(kRelaxed), kRelaxed);
}

void Grow(const TablesUse& tables, SiteRow* row, int64_t bytes, int64_t blocks) {
  NoteEpoch(tables, row);
  row->live_bytes.fetch_add(bytes, kRelaxed);
  row->live_blocks.fetch_add(blocks, kRelaxed);
  const int64_t live = tables->live_bytes.fetch_add(bytes, kRelaxed) + bytes;
  int64_t peak = tables->peak_bytes.load(kRelaxed);
  while (live > peak) {
    if (!tables->peak_bytes.compare_exchange_weak(peak, live, kRelaxed)) continue;
    tables->is_rising.store(1, kRelaxed);
    return;
  }
}

void Shrink(const TablesUse& tables, SiteRow* row, int64_t bytes, int64_t blocks) {
  if (tables->is_rising.load(kRelaxed) != 0 && tables->is_rising.exchange(0, kRelaxed) != 0) {
    tables->epoch.fetch_add(1, kRelaxed);
  }
  NoteEpoch(tables, row);
  row->live_bytes.fetch_sub(bytes, kRelaxed);
  row->live_blocks.fetch_sub(blocks, kRelaxed);
  tables->live_bytes.fetch_sub(bytes, kRelaxed);
}

uint32_t CountSites(const StackTables& tables) {
  const uint32_t taken = tables.sites_taken.load(kRelaxed);
  return taken < kMostSites ? taken : kMostSites;
}

}  // namespace

void OpenSites() {
  const TablesUse tables;
  if (tables) tables->sites_taken.store(kUnknownSite + 1, kRelaxed);
}

uint32_t FindSite(const SiteFrame* frames, uint32_t count, uint32_t stage) {
  const TablesUse tables;
  if (!tables || count == 0) return kUnknownSite;
  const uint64_t hash = HashOf(frames, count, stage);
  constexpr uint64_t kSiteMask = kMostSites - 1;
  const uint64_t key = hash & ~kSiteMask;
  uint32_t made = kUnknownSite;
  for (uint32_t probe = 0; probe < kSlots; ++probe) {
    std::atomic<uint64_t>& slot = slots[(hash + probe) % kSlots];
    uint64_t seen = slot.load(std::memory_order_acquire);
    if (seen == 0) {
      if (made == kUnknownSite) made = Make(tables, frames, count, stage);
      if (made == kUnknownSite) return kUnknownSite;
      if (slot.compare_exchange_strong(seen, key | made, std::memory_order_acq_rel)) return made;
    }
    if ((seen & ~kSiteMask) != key) continue;
    const auto site = static_cast<uint32_t>(seen & kSiteMask);
    if (IsSame(tables, site, frames, count, stage)) return site;
  }
  return kUnknownSite;
}

void AddToSite(uint32_t site, uint64_t bytes, uint64_t blocks) {
  const TablesUse tables;
  if (!tables) return;
  SiteRow& row = tables->sites[site];
  row.allocated_bytes.fetch_add(bytes, kRelaxed);
  row.allocated_blocks.fetch_add(blocks, kRelaxed);
  Grow(tables, &row, static_cast<int64_t>(bytes), static_cast<int64_t>(blocks));
}

void RemoveFromSite(uint32_t site, uint64_t bytes, uint64_t blocks) {
  const TablesUse tables;
  if (!tables) return;
  Shrink(tables, &tables->sites[site], static_cast<int64_t>(bytes), static_cast<int64_t>(blocks));
}

void RestoreToSite(uint32_t site, uint64_t bytes, uint64_t blocks) {
  const TablesUse tables;
  if (!tables) return;
  Grow(tables, &tables->sites[site], static_cast<int64_t>(bytes), static_cast<int64_t>(blocks));
}

void NoteEnd() {
  const TablesUse tables;
  if (!tables) return;
  const uint32_t count = CountSites(*tables.operator->());
  for (uint32_t site = 0; site < count; ++site) {
    SiteRow& row = tables->sites[site];
    row.end_blocks.store(row.live_blocks.load(kRelaxed), kRelaxed);
    row.end_bytes.store(row.live_bytes.load(kRelaxed), kRelaxed);
  }
  // Another thread that notes it takes some ms. Nobody waits for one that was stopped in between.
  constexpr int kMostYields = 10000;
  for (int yields = 0; !NoteOutlived(tables.operator->()) && yields < kMostYields; ++yields) {
    syscall(SYS_sched_yield);
  }
  tables->has_ended.store(1, std::memory_order_release);
}

void ForgetEnd() {
  const TablesUse tables;
  if (tables) tables->has_ended.store(0, std::memory_order_release);
}

void ForgetSiteCounts() {
  const TablesUse tables;
  if (!tables) return;
  const uint32_t count = CountSites(*tables.operator->());
  for (uint32_t site = 0; site < count; ++site) {
    SiteRow& row = tables->sites[site];
    for (std::atomic<uint64_t>* number : {&row.allocated_blocks, &row.allocated_bytes}) {
      number->store(0, kRelaxed);
    }
    for (std::atomic<int64_t>* number :
         {&row.live_blocks, &row.live_bytes, &row.bytes_at_peak, &row.end_blocks, &row.end_bytes}) {
      number->store(0, kRelaxed);
    }
    row.epoch.store(0, kRelaxed);
  }
  tables->epoch.store(0, kRelaxed);
  tables->is_rising.store(0, kRelaxed);
  tables->has_ended.store(0, kRelaxed);
  tables->live_bytes.store(0, kRelaxed);
  tables->peak_bytes.store(0, kRelaxed);
}

bool ReadSite(uint32_t site, Site* read) {
  const StackTables* const tables = ReadStackTables();
  if (tables == nullptr || site >= CountSites(*tables)) return false;
  const SiteRow& row = tables->sites[site];
  const uint32_t count = row.count.load(std::memory_order_acquire);
  const uint32_t now = tables->epoch.load(kRelaxed) + tables->is_rising.load(kRelaxed);
  const int64_t live = row.live_bytes.load(kRelaxed);
  const bool has_changed = row.epoch.load(kRelaxed) == now;
  // What is being made has no frames yet, nor has the first one any.
  *read = {count == 0 ? nullptr : tables->frames + row.first,
           count,
           count == 0 ? kUnknownStage : row.stage,
           {row.allocated_blocks.load(kRelaxed), row.allocated_bytes.load(kRelaxed),
            row.live_blocks.load(kRelaxed), live,
            has_changed ? row.bytes_at_peak.load(kRelaxed) : live}};
  return true;
}

}  // namespace stageprof_tracker
