#include "open_stages.h"

#include <math.h>
#include <stdint.h>

namespace stageprof {

namespace {

// More calls at once are those of a few stages that many inputs are in.
constexpr uint64_t kMostLookedAt = 256;

uint64_t SizeAt(const double* positions, Position position) {
  return static_cast<uint64_t>(positions[position]);
}

const double* CellsAt(const unsigned char* memory, const double* positions, Position position) {
  return reinterpret_cast<const double*>(memory + SizeAt(positions, position));
}

}  // namespace

void ReadOpenStages(const unsigned char* memory, const double* positions, double* point) {
  const auto there = static_cast<uint64_t>(*CellsAt(memory, positions, kPositionCallSlots));
  const uint64_t slots = there < kMostLookedAt ? there : kMostLookedAt;
  const double* const calls = CellsAt(memory, positions, kPositionCalls);
  double* const rows = point + kTimelineRows;
  size_t found = 0;
  double open = 0;
  for (uint64_t slot = 0; slot < slots; ++slot) {
    const volatile double* use =
        calls + slot * SizeAt(positions, kPositionCallCells) + SizeAt(positions, kPositionCallUse);
    // A call that is being added to its row has a negative use; row 0 stands for no stage.
    const double row = fabs(*use) - 1;
    if (!(row >= 1)) continue;
    ++open;
    size_t at = 0;
    while (at < found && rows[at] != row) ++at;
    if (at == found && found < kTimelineStages) rows[found++] = row;
  }
  for (; found < kTimelineStages; ++found) rows[found] = NAN;
  point[kTimelineOpenCalls] = open;
}

}  // namespace stageprof
