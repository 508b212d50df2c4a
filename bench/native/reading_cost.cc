// What does one reading of the statistics of the allocator that serves malloc cost, in nanoseconds,
// on a clean heap and beside 200,000 free chunks? From the root of the repository:
//
//   c++ -std=c++17 -O2 -o /tmp/reading_cost bench/native/reading_cost.cc bench/native/free_chunks.cc
//     native/allocators/*.cc native/support/failure.cc native/support/symbols.cc -ldl
//   LD_PRELOAD=libjemalloc.so.2 /tmp/reading_cost
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>

#include "../../native/allocators/serving.h"
#include "../../native/support/clocks.h"
#include "free_chunks.h"

namespace {

constexpr size_t kFreeChunks = 200000;
constexpr int kMostReadings = 10001;
constexpr double kMostNs = 1e9;

// The median of as many readings as fit into a second.
double ReadingNs(const stageprof::Allocator& allocator) {
  static double costs_ns[kMostReadings];
  int readings = 0;
  const double began_ns = stageprof::ReadWallNs();
  while (readings < kMostReadings && stageprof::ReadWallNs() - began_ns < kMostNs) {
    stageprof::Allocator::Reading reading;
    const double before_ns = stageprof::ReadWallNs();
    if (!allocator.read(&reading)) return 0;
    costs_ns[readings++] = stageprof::ReadWallNs() - before_ns;
  }
  std::nth_element(costs_ns, costs_ns + readings / 2, costs_ns + readings);
  return costs_ns[readings / 2];
}

}  // namespace

int main() {
  const stageprof::ServingAllocator& serving = stageprof::FindServingAllocator();
  if (serving.failure != nullptr) {
    fprintf(stderr, "%s\n", serving.failure);
    return 1;
  }
  const double clean_ns = ReadingNs(*serving.allocator);
  if (bench::MakeFreeChunks(kFreeChunks) != kFreeChunks) return 1;
  printf("%s: %.0f ns clean, %.0f ns beside %zu free chunks\n", serving.allocator->method, clean_ns,
         ReadingNs(*serving.allocator), kFreeChunks);
  return 0;
}
