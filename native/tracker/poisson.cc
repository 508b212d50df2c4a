#include "poisson.h"

namespace stageprof_tracker {

namespace {

// Fractions are in units of 2^-32.
constexpr int kShift = 32;
constexpr uint64_t kOne = uint64_t{1} << kShift;
constexpr uint64_t kLn2 = 2977044472;

__extension__ typedef unsigned __int128 Wide;

// log2 of numbers from 1 to 2. The logarithm of a number gains one binary digit each time that the
// number is squared.
constexpr uint32_t kStepBits = 6;
struct Logarithms {
  uint64_t of[(1u << kStepBits) + 1];
  constexpr Logarithms() : of() {
    for (uint64_t step = 0; step < 1u << kStepBits; ++step) {
      uint64_t number = kOne + (step << (kShift - kStepBits));
      for (int digit = 0; digit < kShift; ++digit) {
        number = static_cast<uint64_t>(static_cast<Wide>(number) * number >> kShift);
        of[step] <<= 1;
        if (number >= 2 * kOne) {
          number >>= 1;
          of[step] |= 1;
        }
      }
    }
    of[1u << kStepBits] = kOne;
  }
};
constexpr Logarithms kLogarithms;

// -log2 of random / 2^64, to 4e-5: distances are right to 2e-5 on average.
uint64_t MinusLog2(uint64_t random) {
  const int zeros = __builtin_clzll(random);
  const uint64_t fraction = (random << zeros << 1) >> kShift;
  const uint64_t step = fraction >> (kShift - kStepBits);
  const uint64_t beyond = fraction << kStepBits & (kOne - 1);
  const uint64_t low = kLogarithms.of[step];
  const uint64_t log2 = low + ((kLogarithms.of[step + 1] - low) * (beyond >> 6) >> (kShift - 6));
  return (static_cast<uint64_t>(zeros + 1) << kShift) - log2;
}

// `part` / `whole`, which is below 1. Both lose the digits that have no room beside the fraction:
// a division of 128 bits is no single instruction.
uint64_t Ratio(uint64_t part, uint64_t whole) {
  const int excess = kShift - __builtin_clzll(whole);
  const int drop = excess > 0 ? excess : 0;
  return ((part >> drop) << kShift) / (whole >> drop);
}

}  // namespace

uint64_t BytesToNextPoint(uint64_t random, uint64_t rate) {
  const uint64_t log2 = MinusLog2(random | 1);
  const auto natural = static_cast<uint64_t>(static_cast<Wide>(log2) * kLn2 >> kShift);
  return static_cast<uint64_t>(static_cast<Wide>(natural) * rate >> kShift);
}

uint64_t WeightOf(uint64_t bytes, uint64_t rate) {
  // (1 - exp(-x)) / x = 1 - x/2 (1 - x/3 (1 - x/4 ...)), from the innermost bracket outwards. x is
  // below 1, so the terms that are left out are below 2^-32.
  const uint64_t x = Ratio(bytes, rate);
  uint64_t bracket = kOne;
  // Unrolled, each divisor is a constant, and the division a multiplication.
#pragma GCC unroll 12
  for (uint64_t divisor = 13; divisor >= 2; --divisor) {
    bracket = kOne - (static_cast<uint64_t>(static_cast<Wide>(x) * bracket >> kShift) / divisor);
  }
  // The bracket is between 0.63 and 1, so its inverse fits.
  const uint64_t inverse = UINT64_MAX / bracket;
  return static_cast<uint64_t>(static_cast<Wide>(rate) * inverse >> kShift);
}

}  // namespace stageprof_tracker
