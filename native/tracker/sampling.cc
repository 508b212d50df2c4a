#include "sampling.h"

#include <atomic>

#include "modules.h"
#include "poisson.h"
#include "stacks/outlived.h"
#include "stacks/sites.h"
#include "stacks/take_stack.h"

namespace stageprof_tracker {

namespace {

uint64_t rate = 0;
bool takes_stacks = false;
std::atomic<uint64_t> threads_seeded{0};

// splitmix64: any numbers one after another become random bits.
uint64_t Mixed(uint64_t number) {
  number = (number ^ (number >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  number = (number ^ (number >> 27)) * UINT64_C(0x94D049BB133111EB);
  return number ^ (number >> 31);
}

// Each thread has points of its own, and the same ones in every run of a program whose threads start
// in the same order.
uint64_t Seed() {
  return Mixed((threads_seeded.fetch_add(1, std::memory_order_relaxed) + 1) *
               UINT64_C(0x9E3779B97F4A7C15)) |
         1;
}

// bytes_left is below zero: goes on towards the point.
void Approach(SamplingPoint* point) {
  while (point->bytes_left < 0 && point->bytes_after > 0) {
    const uint64_t most = rate - 1;
    const uint64_t bytes = point->bytes_after < most ? point->bytes_after : most;
    point->bytes_left += static_cast<int64_t>(bytes);
    point->bytes_after -= bytes;
  }
}

// The next point, from the end of a block. Points have no memory, so those that may have followed on
// the same block do not matter.
void DrawPoint(SamplingPoint* point) {
  point->random += UINT64_C(0x9E3779B97F4A7C15);
  point->bytes_left = -1;
  point->bytes_after = BytesToNextPoint(Mixed(point->random), rate) + 1;
  Approach(point);
}

void Add(const void* block, uint64_t weight, size_t bytes, uint32_t module) {
  const uint64_t blocks = bytes == 0 ? 1 : (weight + bytes / 2) / bytes;
  SampledBlock sampled = {weight, static_cast<uint32_t>(blocks < UINT32_MAX ? blocks : UINT32_MAX),
                          module, kUnknownSite, 0};
  if (takes_stacks) {
    sampled.site = TakeSite();
    sampled.birth = MsSinceStart();
  }
  if (!PutSampled(block, sampled)) return;
  AddHeld(module, static_cast<int64_t>(weight));
  AddToSite(sampled.site, weight, sampled.blocks);
}

}  // namespace

bool samples_blocks = false;

void OpenSampling(uint64_t wanted_rate, bool wants_stacks) {
  rate = wanted_rate < kHighestRate ? wanted_rate : kHighestRate;
  // A step towards a point must be at least a byte.
  if (rate == 1) rate = 2;
  samples_blocks = rate != 0;
  takes_stacks = samples_blocks && wants_stacks && OpenStacks(rate);
}

__attribute__((noinline, cold)) void Sample(SamplingPoint* point, const void* block, size_t bytes,
                                            uint32_t module) {
  if (!samples_blocks) {
    point->bytes_left = INT64_MAX;
    return;
  }
  if (point->random == 0) {
    point->random = Seed();
    DrawPoint(point);
    point->bytes_left -= static_cast<int64_t>(bytes);
    if (point->bytes_left >= 0) return;
  }
  if (bytes >= rate) {
    // It is in the sample by its size, and the points go on after it as if it had not been.
    point->bytes_left += static_cast<int64_t>(bytes);
    return Add(block, bytes, bytes, module);
  }
  Approach(point);
  if (point->bytes_left >= 0) return;
  DrawPoint(point);
  Add(block, WeightOf(bytes, rate), bytes, module);
}

__attribute__((noinline, cold)) SampledBlock ForgetSampled(const void* block) {
  SampledBlock sampled = {0, 0, 0, kUnknownSite, 0};
  if (TakeSampled(block, &sampled)) {
    AddHeld(sampled.module, -static_cast<int64_t>(sampled.weight));
    RemoveFromSite(sampled.site, sampled.weight, sampled.blocks);
  }
  return sampled;
}

void RestoreSampled(const void* block, const SampledBlock& sampled) {
  if (sampled.weight == 0 || !PutSampled(block, sampled)) return;
  AddHeld(sampled.module, static_cast<int64_t>(sampled.weight));
  RestoreToSite(sampled.site, sampled.weight, sampled.blocks);
}

uint64_t SamplingRate() {
  return rate;
}

}  // namespace stageprof_tracker
