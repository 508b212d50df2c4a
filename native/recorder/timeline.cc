#include "timeline.h"

#include <math.h>
#include <string.h>

#include <atomic>

namespace stageprof {

namespace {

constexpr size_t kPointBytes = kTimelineLength * sizeof(double);

// Two points a run, and runs are merged in pairs.
constexpr size_t kLeastCapacity = 4;

double WallOf(const double* point) {
  return point[kTimelineWall];
}

double RssOf(const double* point) {
  return point[kTimelineAccount + kAccountRss];
}

// Among equal values the highest is the last and the lowest the first, so that a run without a change
// has two points too, and stages that were open in it are seen.
bool IsHigher(double value, double high) {
  return value >= high || isnan(high);
}

bool IsLower(double value, double low) {
  return value < low || (isnan(low) && !isnan(value));
}

// Without a time the point does not count: a reader that comes in between finds no mixture of two.
void Copy(double* to, const double* from) {
  if (to == from) return;
  *static_cast<volatile double*>(to + kTimelineWall) = NAN;
  std::atomic_thread_fence(std::memory_order_release);
  memcpy(to + kTimelineWall + 1, from + kTimelineWall + 1, kPointBytes - sizeof(double));
  std::atomic_thread_fence(std::memory_order_release);
  *static_cast<volatile double*>(to + kTimelineWall) = WallOf(from);
}

}  // namespace

void Timeline::Open(double* points, size_t capacity, double* count, double* width) {
  static_assert(kTimelineWall == 0, "Copy() writes the time last");
  points_ = points;
  // Runs have two points each, and are merged in pairs.
  capacity_ = capacity < kLeastCapacity ? 0 : capacity / kLeastCapacity * kLeastCapacity;
  count_ = count;
  width_ = width;
  *count_ = 0;
  *width_ = 1;
  ended_ = 0;
  readings_ = 0;
}

void Timeline::Add(const double* point) {
  if (capacity_ == 0) return;
  Keep(point);
  WriteRun();
  if (readings_ < static_cast<uint64_t>(*width_)) return;
  readings_ = 0;
  ended_ = static_cast<size_t>(*count_);
  // The next run may need two.
  if (ended_ + 2 > capacity_) Halve();
}

void Timeline::Keep(const double* point) {
  const bool is_first = readings_++ == 0;
  if (is_first || IsHigher(RssOf(point), RssOf(high_))) memcpy(high_, point, kPointBytes);
  if (is_first || IsLower(RssOf(point), RssOf(low_))) memcpy(low_, point, kPointBytes);
}

// The run that goes on is written after each of its readings, so that the file has the newest.
void Timeline::WriteRun() {
  const bool is_one = WallOf(high_) == WallOf(low_);
  const bool is_rising = WallOf(low_) < WallOf(high_);
  Copy(At(ended_), is_one || !is_rising ? high_ : low_);
  if (!is_one) Copy(At(ended_ + 1), is_rising ? high_ : low_);
  std::atomic_thread_fence(std::memory_order_release);
  *static_cast<volatile double*>(count_) = static_cast<double>(ended_ + (is_one ? 1 : 2));
}

// Every four points become the two extremes among them: those of two runs, or at first of four
// readings.
void Timeline::Halve() {
  size_t to = 0;
  for (size_t from = 0; from < ended_; from += 4) {
    const size_t end = from + 4 < ended_ ? from + 4 : ended_;
    size_t high = from;
    size_t low = from;
    for (size_t index = from + 1; index < end; ++index) {
      if (IsHigher(RssOf(At(index)), RssOf(At(high)))) high = index;
      if (IsLower(RssOf(At(index)), RssOf(At(low)))) low = index;
    }
    const size_t first = high < low ? high : low;
    const size_t second = high < low ? low : high;
    Copy(At(to++), At(first));
    if (first != second) Copy(At(to++), At(second));
  }
  ended_ = to;
  *static_cast<volatile double*>(count_) = static_cast<double>(ended_);
  *width_ *= *width_ == 1 ? 4 : 2;
}

}  // namespace stageprof
