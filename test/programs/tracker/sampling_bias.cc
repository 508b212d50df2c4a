// sampling_bias: whether sampled blocks stand for all blocks, over many runs with known blocks. It is
// compiled with the tracker's sampling, of which it replaces the tables.
#include <math.h>
#include <stdio.h>

#include <initializer_list>

#include "modules.h"
#include "poisson.h"
#include "sampling.h"

namespace stageprof_tracker {
namespace {
int64_t held;
}
void AddHeld(uint32_t, int64_t bytes) {
  held += bytes;
}
bool PutSampled(const void*, const SampledBlock&) {
  return true;
}
bool TakeSampled(const void*, SampledBlock*) {
  return false;
}
bool OpenStacks(uint64_t) {
  return false;
}
uint32_t MsSinceStart() {
  return 0;
}
uint32_t TakeSite() {
  return 0;
}
void AddToSite(uint32_t, uint64_t, uint64_t) {}
void RemoveFromSite(uint32_t, uint64_t, uint64_t) {}
void RestoreToSite(uint32_t, uint64_t, uint64_t) {}
std::atomic<uint8_t> block_filter[1u << kFilterBits];
}  // namespace stageprof_tracker

using stageprof_tracker::held;
using stageprof_tracker::OpenSampling;
using stageprof_tracker::Sample;
using stageprof_tracker::SamplingPoint;
using stageprof_tracker::WeightOf;

int main() {
  double worst_weight = 0;
  double mean = 0;
  double mean_square = 0;
  int trials = 0;
  for (const uint64_t rate :
       {uint64_t{4096}, uint64_t{65536}, uint64_t{524288}, uint64_t{1} << 36}) {
    for (uint64_t bytes = 1; bytes < rate; bytes = bytes * 5 / 4 + 1) {
      const double share = static_cast<double>(bytes) / static_cast<double>(rate);
      const double weight = static_cast<double>(bytes) / -expm1(-share);
      const double error = fabs(static_cast<double>(WeightOf(bytes, rate)) - weight);
      if (error / weight > worst_weight && error > 2) worst_weight = error / weight;
    }
    if (rate > 524288) continue;
    for (int run = 0; run < 400; ++run, ++trials) {
      OpenSampling(rate, false);
      SamplingPoint point = {};
      held = 0;
      double truth = 0;
      double variance = 0;
      for (int i = 0; i < 20000; ++i) {
        const auto bytes = static_cast<int64_t>(16 << (i % 14));
        const auto size = static_cast<double>(bytes);
        const double p = -expm1(-size / static_cast<double>(rate));
        truth += size;
        if (static_cast<uint64_t>(bytes) < rate) variance += size * size * (1 - p) / p;
        point.bytes_left -= bytes;
        if (point.bytes_left < 0) Sample(&point, &point, static_cast<size_t>(bytes), 0);
      }
      const double deviations = (static_cast<double>(held) - truth) / sqrt(variance);
      mean += deviations;
      mean_square += deviations * deviations;
    }
  }
  // The mean of so many standard normal numbers is within 4 / sqrt(trials); that of their squares
  // within 4 * sqrt(2 / trials).
  mean = mean / trials * sqrt(trials) / 4;
  mean_square = (mean_square / trials - 1) * sqrt(trials / 2.0) / 4;
  printf("{\"weight\":%.9f,\"mean\":%.4f,\"spread\":%.4f}\n", worst_weight, mean, mean_square);
  return 0;
}
