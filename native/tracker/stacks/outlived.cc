#include "outlived.h"

#include <string.h>

#include "../live_blocks.h"
#include "monotonic_clock.h"
#include "stack_stages.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Further stages are not told apart, and nothing is told of them.
constexpr uint32_t kMostBorn = 256;
constexpr uint32_t kMostOpened = 64;

struct Opened {
  uint32_t stage;
  uint32_t ms;  // since the start
};

// Static, because a thread may have a small stack.
struct Matrix {
  const StackTables* tables;
  uint32_t count;
  Opened opened[kMostOpened];  // by time
  // Bytes by stage of birth and by the first of `opened` that came later than the birth.
  uint64_t bytes[kMostBorn][kMostOpened];
};
Matrix matrix;
std::atomic<bool> is_noting{false};

// When the lists are to be written again.
std::atomic<double> next_ns{0};

uint32_t MsSince(const StackTables& tables, double ns) {
  return static_cast<uint32_t>((ns - tables.start_ns) / 1e6);
}

void AddOpened(uint32_t stage, uint32_t ms) {
  if (matrix.count == kMostOpened) return;
  uint32_t at = matrix.count++;
  for (; at > 0 && matrix.opened[at - 1].ms > ms; --at) matrix.opened[at] = matrix.opened[at - 1];
  matrix.opened[at] = {stage, ms};
}

void AddBlock(const SampledBlock& sampled, void*) {
  // A thread may be writing the block: any number has to be checked.
  if (sampled.site >= kMostSites) return;
  const SiteRow& site = matrix.tables->sites[sampled.site];
  const bool is_made = site.count.load(std::memory_order_acquire) != 0;
  const uint32_t born = is_made ? site.stage : kUnknownStage;
  if (born >= kMostBorn) return;
  uint32_t first = 0;
  while (first < matrix.count && matrix.opened[first].ms <= sampled.birth) ++first;
  if (first < matrix.count) matrix.bytes[born][first] += sampled.weight;
}

}  // namespace

uint32_t MsSinceStart() {
  const StackTables* const tables = ReadStackTables();
  const double now = MonotonicNs();
  return tables == nullptr || now == 0 ? 0 : MsSince(*tables, now);
}

bool NoteOutlived(StackTables* tables) {
  if (is_noting.exchange(true, std::memory_order_acquire)) return false;
  const double now = MonotonicNs();
  memset(&matrix, 0, sizeof matrix);
  matrix.tables = tables;
  for (uint32_t stage = 0; stage < kMostStages; ++stage) {
    const double ns = tables->opened_ns[stage];
    if (ns > tables->start_ns) AddOpened(stage, MsSince(*tables, ns));
  }
  VisitSampled(AddBlock, nullptr);
  // The list that is not in use.
  const uint32_t second = ~tables->outlived_taken.load(kRelaxed) & kSecondList;
  OutlivedRow* const list = tables->outlived + (second != 0 ? kOutlivedInList : 0);
  uint32_t taken = 0;
  for (uint32_t born = 0; born < kMostBorn; ++born) {
    // Whoever was born before one that is early in the list was born before all behind it.
    uint64_t bytes = 0;
    for (uint32_t at = 0; at < matrix.count && taken < kOutlivedInList; ++at) {
      bytes += matrix.bytes[born][at];
      if (bytes > 0) list[taken++] = {born, matrix.opened[at].stage, bytes};
    }
  }
  tables->outlived_ns[second != 0 ? 1 : 0] = now;
  tables->outlived_taken.store(second | taken, std::memory_order_release);
  is_noting.store(false, std::memory_order_release);
  return true;
}

void KeepOutlived() {
  constexpr double kShortestPause = 1e9;
  constexpr double kPauseByCost = 500;
  const TablesUse tables;
  if (!tables) return;
  const double begun = MonotonicNs();
  tables->alive_ns = begun;
  if (begun < next_ns.load(kRelaxed) || begun - tables->start_ns < kShortestPause) return;
  if (!NoteOutlived(tables.operator->())) return;
  const double pause = kPauseByCost * (MonotonicNs() - begun);
  next_ns.store(begun + (pause > kShortestPause ? pause : kShortestPause), kRelaxed);
}

}  // namespace stageprof_tracker
