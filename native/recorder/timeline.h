#ifndef STAGEPROF_RECORDER_TIMELINE_H_
#define STAGEPROF_RECORDER_TIMELINE_H_

#include <stddef.h>
#include <stdint.h>

#include "recorder_layout.h"

namespace stageprof {

// Points of the whole life of a process in a bounded part of a recorder. It keeps of each run of
// `width` readings the one with the highest resident set and the one with the lowest, in the order
// of time. When the part is full, runs are merged:
//
//     width 1   a  b  c  d  e  f  g  h      one point a reading
//     width 4   (a, c)      (f, h)          the extremes of a to d and of e to h
//     width 8   (a, f)                      the extremes of these
//
// The highest and the lowest of all readings are therefore always kept.
//
// The part can be read at any moment: time never goes back within the points that the count covers,
// except for points that were merged a moment ago, which a reader leaves out for that.
class Timeline {
 public:
  // `points` has room for `capacity` points, `count` is how many there are. A capacity below 4 keeps
  // nothing.
  void Open(double* points, size_t capacity, double* count, double* width);
  // Copies a point of kTimelineLength cells.
  void Add(const double* point);

 private:
  double* At(size_t index) const { return points_ + index * kTimelineLength; }
  void Keep(const double* point);
  void WriteRun();
  void Halve();

  double* points_ = nullptr;
  double* count_ = nullptr;
  double* width_ = nullptr;
  size_t capacity_ = 0;
  // Points of the runs that have ended.
  size_t ended_ = 0;
  // The extremes of the run that goes on, and how many readings it has.
  double high_[kTimelineLength];
  double low_[kTimelineLength];
  uint64_t readings_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_TIMELINE_H_
