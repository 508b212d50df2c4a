// What the cases share: random numbers that a seed reproduces, an expectation, and the list of
// cases.
#ifndef STAGEPROF_TEST_CASE_H_
#define STAGEPROF_TEST_CASE_H_

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// xorshift64*. Each thread has its own.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) { Next(); }
  // In [0, limit).
  uint64_t Below(uint64_t limit) { return (Next() >> 11) % limit; }

 private:
  uint64_t Next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1du;
  }
  uint64_t state_;
};

inline void ExpectAt(bool holds, const char* what, int64_t left, int64_t right, const char* file,
                     int line) {
  if (holds) return;
  fprintf(stderr, "%s:%d: %s does not hold: %" PRId64 " and %" PRId64 "\n", file, line, what, left,
          right);
  _Exit(1);
}

// Compares two whole numbers, and ends the process when the comparison does not hold.
#define EXPECT(left, operation, right)                                                  \
  do {                                                                                  \
    const int64_t l = static_cast<int64_t>(left);                                       \
    const int64_t r = static_cast<int64_t>(right);                                      \
    ExpectAt(l operation r, #left " " #operation " " #right, l, r, __FILE__, __LINE__); \
  } while (false)

// Each case runs in a process of its own, because the state of the tracker belongs to the process.
#define STAGEPROF_CASES(X) \
  X(arena)                 \
  X(hooks)                 \
  X(live_blocks)           \
  X(live_blocks_signals)   \
  X(live_blocks_threads)   \
  X(mappings)              \
  X(mappings_full)         \
  X(mappings_shrinking)    \
  X(mappings_threads)      \
  X(modules)               \
  X(modules_moving)        \
  X(modules_threads)       \
  X(stacks)                \
  X(stacks_signals)        \
  X(stacks_threads)        \
  X(threads)               \
  X(threads_ending)        \
  X(windows)               \
  X(windows_begin)         \
  X(windows_threads)

#define STAGEPROF_DECLARE(name) void name(uint32_t rounds, uint64_t seed);
STAGEPROF_CASES(STAGEPROF_DECLARE)
#undef STAGEPROF_DECLARE

#endif  // STAGEPROF_TEST_CASE_H_
