#include "sites.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

constexpr uint32_t kMostSites = 1 << 16;
constexpr uint32_t kSlots = kMostSites * 2;
constexpr uint32_t kMostFrames = 1 << 22;

struct Row {
  std::atomic<uint64_t> allocated_blocks;
  std::atomic<uint64_t> allocated_bytes;
  std::atomic<int64_t> live_blocks;
  std::atomic<int64_t> live_bytes;
  std::atomic<int64_t> bytes_at_peak;  // in the epoch `epoch`; the live bytes, if that is over
  std::atomic<uint32_t> epoch;
  std::atomic<uint32_t> count;
  uint32_t first;  // of its frames; written before `count`
  uint32_t stage;
};

// Zeros from the kernel.
struct Tables {
  // The hash of a stack above, the number of its site below. 0 where free.
  std::atomic<uint64_t> slots[kSlots];
  Row rows[kMostSites];
  SiteFrame frames[kMostFrames];
};

Tables* tables = nullptr;
std::atomic<uint32_t> sites_taken{1};  // kUnknownSite is there from the start
std::atomic<uint32_t> frames_taken{0};

// The peak of all sites together. Between two peaks lies an epoch: it begins with the first fall after
// a new highest value, and a row that changes for the first time in it notes what it had until then.
// The changes of a row and of the sum are not one; with several threads a row may be told as it was
// one block earlier or later.
std::atomic<int64_t> live_bytes{0};
std::atomic<int64_t> peak_bytes{0};
std::atomic<uint32_t> epoch{0};
std::atomic<bool> is_rising{false};

uint64_t HashOf(const SiteFrame* frames, uint32_t count, uint32_t stage) {
  uint64_t hash = stage + UINT64_C(0x9E3779B97F4A7C15);
  for (uint32_t index = 0; index < count; ++index) {
    hash = (hash ^ frames[index]) * UINT64_C(0xFF51AFD7ED558CCD);
    hash ^= hash >> 32;
  }
  return hash;
}

bool IsSame(const Row& row, const SiteFrame* frames, uint32_t count, uint32_t stage) {
  return row.count.load(std::memory_order_acquire) == count && row.stage == stage &&
         memcmp(tables->frames + row.first, frames, count * sizeof *frames) == 0;
}

// A site that has no frames yet is being made by another thread, and counts as another one: two rows
// that have to be added up are better than a lock in a hook.
uint32_t Make(const SiteFrame* frames, uint32_t count, uint32_t stage) {
  const uint32_t site =
      sites_taken.load(kRelaxed) < kMostSites ? sites_taken.fetch_add(1, kRelaxed) : kMostSites;
  if (site >= kMostSites) return kUnknownSite;
  const uint32_t first = frames_taken.fetch_add(count, kRelaxed);
  if (first > kMostFrames - count) {
    frames_taken.fetch_sub(count, kRelaxed);
    return kUnknownSite;
  }
  Row& row = tables->rows[site];
  memcpy(tables->frames + first, frames, count * sizeof *frames);
  row.first = first;
  row.stage = stage;
  row.count.store(count, std::memory_order_release);
  return site;
}

void NoteEpoch(Row* row) {
  const uint32_t now = epoch.load(kRelaxed);
  uint32_t seen = row->epoch.load(kRelaxed);
  if (seen == now || !row->epoch.compare_exchange_strong(seen, now, kRelaxed)) return;
  row->bytes_at_peak.store(row->live_bytes.load(kRelaxed), kRelaxed);
}

void Grow(Row* row, int64_t bytes, int64_t blocks) {
  NoteEpoch(row);
  row->live_bytes.fetch_add(bytes, kRelaxed);
  row->live_blocks.fetch_add(blocks, kRelaxed);
  const int64_t live = live_bytes.fetch_add(bytes, kRelaxed) + bytes;
  int64_t peak = peak_bytes.load(kRelaxed);
  while (live > peak) {
    if (!peak_bytes.compare_exchange_weak(peak, live, kRelaxed)) continue;
    is_rising.store(true, kRelaxed);
    return;
  }
}

void Shrink(Row* row, int64_t bytes, int64_t blocks) {
  if (is_rising.load(kRelaxed) && is_rising.exchange(false, kRelaxed)) epoch.fetch_add(1, kRelaxed);
  NoteEpoch(row);
  row->live_bytes.fetch_sub(bytes, kRelaxed);
  row->live_blocks.fetch_sub(blocks, kRelaxed);
  live_bytes.fetch_sub(bytes, kRelaxed);
}

}  // namespace

bool OpenSites() {
  const int error = errno;
  const long mapped = syscall(SYS_mmap, nullptr, sizeof(Tables), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  errno = error;
  if (mapped == -1) return false;
  tables = reinterpret_cast<Tables*>(mapped);
  return true;
}

uint32_t FindSite(const SiteFrame* frames, uint32_t count, uint32_t stage) {
  if (tables == nullptr || count == 0) return kUnknownSite;
  const uint64_t hash = HashOf(frames, count, stage);
  constexpr uint64_t kSiteMask = kMostSites - 1;
  const uint64_t key = hash & ~kSiteMask;
  uint32_t made = kUnknownSite;
  for (uint32_t probe = 0; probe < kSlots; ++probe) {
    std::atomic<uint64_t>& slot = tables->slots[(hash + probe) % kSlots];
    uint64_t seen = slot.load(std::memory_order_acquire);
    if (seen == 0) {
      if (made == kUnknownSite) made = Make(frames, count, stage);
      if (made == kUnknownSite) return kUnknownSite;
      if (slot.compare_exchange_strong(seen, key | made, std::memory_order_acq_rel)) return made;
    }
    if ((seen & ~kSiteMask) != key) continue;
    const auto site = static_cast<uint32_t>(seen & kSiteMask);
    if (IsSame(tables->rows[site], frames, count, stage)) return site;
  }
  return kUnknownSite;
}

void AddToSite(uint32_t site, uint64_t bytes, uint64_t blocks) {
  if (tables == nullptr) return;
  Row& row = tables->rows[site];
  row.allocated_bytes.fetch_add(bytes, kRelaxed);
  row.allocated_blocks.fetch_add(blocks, kRelaxed);
  Grow(&row, static_cast<int64_t>(bytes), static_cast<int64_t>(blocks));
}

void RemoveFromSite(uint32_t site, uint64_t bytes, uint64_t blocks) {
  if (tables == nullptr) return;
  Shrink(&tables->rows[site], static_cast<int64_t>(bytes), static_cast<int64_t>(blocks));
}

void RestoreToSite(uint32_t site, uint64_t bytes, uint64_t blocks) {
  if (tables == nullptr) return;
  Grow(&tables->rows[site], static_cast<int64_t>(bytes), static_cast<int64_t>(blocks));
}

uint32_t CountSites() {
  const uint32_t taken = sites_taken.load(kRelaxed);
  return tables == nullptr ? 0 : taken < kMostSites ? taken : kMostSites;
}

bool ReadSite(uint32_t site, Site* read) {
  if (site >= CountSites()) return false;
  const Row& row = tables->rows[site];
  const uint32_t count = row.count.load(std::memory_order_acquire);
  const uint32_t now = epoch.load(kRelaxed) + (is_rising.load(kRelaxed) ? 1 : 0);
  const int64_t live = row.live_bytes.load(kRelaxed);
  const bool has_changed = row.epoch.load(kRelaxed) == now;
  *read = {tables->frames + row.first,
           count,
           row.stage,
           {row.allocated_blocks.load(kRelaxed), row.allocated_bytes.load(kRelaxed),
            row.live_blocks.load(kRelaxed), live,
            has_changed ? row.bytes_at_peak.load(kRelaxed) : live}};
  return true;
}

}  // namespace stageprof_tracker
