#ifndef STAGEPROF_TRACKER_POISSON_H_
#define STAGEPROF_TRACKER_POISSON_H_

#include <stdint.h>

namespace stageprof_tracker {

// The arithmetic of sampling by bytes. Sampling points lie on the bytes that are allocated one after
// another, on average one in `rate` bytes, each independent of all others. A block is sampled if at
// least one point lies on it: with probability 1 - exp(-bytes / rate). Weighed by the inverse, the
// sampled blocks have on average the bytes of all blocks.
//
// All of it is in whole numbers, because a hook must leave the floating-point flags of the program
// as they are.

// How many bytes lie before the next point. The probability that fewer than `bytes` do is
// 1 - exp(-bytes / rate). `random` is any 64 bits; `rate` is at most kHighestRate.
uint64_t BytesToNextPoint(uint64_t random, uint64_t rate);

// What a sampled block stands for: bytes / (1 - exp(-bytes / rate)). `bytes` is below `rate`. The
// error is at most two bytes, or one in a million.
uint64_t WeightOf(uint64_t bytes, uint64_t rate);

constexpr uint64_t kHighestRate = uint64_t{1} << 40;

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_POISSON_H_
