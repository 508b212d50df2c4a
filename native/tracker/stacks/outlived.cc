#include "outlived.h"

#include <string.h>
#include <time.h>

#include "../live_blocks.h"

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
  const uint32_t born = matrix.tables->sites[sampled.site].stage;
  if (born >= kMostBorn) return;
  uint32_t first = 0;
  while (first < matrix.count && matrix.opened[first].ms <= sampled.birth) ++first;
  if (first < matrix.count) matrix.bytes[born][first] += sampled.weight;
}

}  // namespace

uint32_t MsSinceStart() {
  const StackTables* const tables = ReadStackTables();
  timespec now;
  if (tables == nullptr || clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
  return MsSince(*tables, static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec));
}

void NoteOutlived(StackTables* tables) {
  memset(&matrix, 0, sizeof matrix);
  matrix.tables = tables;
  for (uint32_t stage = 0; stage < kMostStages; ++stage) {
    const double ns = tables->opened_ns[stage];
    if (ns > tables->start_ns) AddOpened(stage, MsSince(*tables, ns));
  }
  VisitSampled(AddBlock, nullptr);
  uint32_t taken = 0;
  for (uint32_t born = 0; born < kMostBorn; ++born) {
    // Whoever was born before one that is early in the list was born before all behind it.
    uint64_t bytes = 0;
    for (uint32_t at = 0; at < matrix.count && taken < kMostOutlived; ++at) {
      bytes += matrix.bytes[born][at];
      if (bytes > 0) tables->outlived[taken++] = {born, matrix.opened[at].stage, bytes};
    }
  }
  tables->outlived_taken.store(taken, kRelaxed);
}

}  // namespace stageprof_tracker
