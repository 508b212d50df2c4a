#ifndef STAGEPROF_ACCOUNTING_HISTOGRAM_H_
#define STAGEPROF_ACCOUNTING_HISTOGRAM_H_

#include <stdint.h>
#include <string.h>

namespace stageprof {

// What src/model/histogram.ts and src/model/octaves.ts define, for the fold. A test holds both to
// the same bits.
constexpr uint32_t kSubBits = 3;
constexpr uint32_t kMinExponent = 5;
constexpr uint32_t kMaxExponent = 47;
constexpr int32_t kBucketCount = ((kMaxExponent - kMinExponent) << kSubBits) + 1;

// The bucket of a duration: the exponent and the leading bits of the mantissa of the double.
inline int32_t BucketOf(double duration_ns) {
  if (duration_ns <= 0) return 0;
  constexpr int32_t kFirst = (1023 + kMinExponent) << kSubBits;
  uint64_t bits;
  memcpy(&bits, &duration_ns, sizeof bits);
  const int32_t bucket = static_cast<int32_t>(bits >> (52 - kSubBits)) - kFirst;
  return bucket < 0 ? 0 : bucket >= kBucketCount ? kBucketCount - 1 : bucket;
}

constexpr int32_t kLastOctave = 31;

// The octave of the call with this number, from 1; -1 for a call without one.
inline int32_t OctaveOf(double call) {
  if (call != call) return -1;
  if (!(call < 2147483648.0)) return kLastOctave;
  return call >= 1 ? kLastOctave - __builtin_clz(static_cast<uint32_t>(call)) : -1;
}

}  // namespace stageprof

#endif  // STAGEPROF_ACCOUNTING_HISTOGRAM_H_
