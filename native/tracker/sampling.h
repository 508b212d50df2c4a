#ifndef STAGEPROF_TRACKER_SAMPLING_H_
#define STAGEPROF_TRACKER_SAMPLING_H_

#include <stddef.h>
#include <stdint.h>

#include "live_blocks.h"

namespace stageprof_tracker {

// Who holds the live blocks. A block does not know its module when it is freed, so a sample of the
// blocks is remembered: each of `rate` bytes or more, and of the others those that a point lies on
// (see poisson.h). It needs that allocations are charged to modules.

// Written once, while there is one thread.
extern bool samples_blocks;

// Where one thread is between two points. Zeros are a valid start. The points of a thread do not
// depend on those of another, nor on modules.
struct SamplingPoint {
  // Bytes until something is to be done; below zero when it is. Always less than the rate, so that a
  // block of the rate brings it below zero too.
  int64_t bytes_left;
  // The part of the distance to the next point that bytes_left does not have yet.
  uint64_t bytes_after;
  uint64_t random;  // 0 before the first point
};

// To be called while there is one thread; 0 for no samples.
void OpenSampling(uint64_t rate, bool wants_stacks);

// Takes the block into the sample if a point lies on it. Called when bytes_left, from which the
// block's bytes were taken, is below zero.
void Sample(SamplingPoint* point, const void* block, size_t bytes, uint32_t module);

// Called before the real free. Takes the block out of the sample, and returns what it stood for;
// its weight is 0 if it was not sampled.
SampledBlock ForgetSampled(const void* block);
// Takes back ForgetSampled, because the block still exists.
void RestoreSampled(const void* block, const SampledBlock& sampled);

// The usual case costs a look into the filter.
inline SampledBlock ForgetLive(const void* block) {
  if (samples_blocks && MayBeSampled(block)) return ForgetSampled(block);
  return {0, 0, 0, 0, 0};
}

uint64_t SamplingRate();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_SAMPLING_H_
