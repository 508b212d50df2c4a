#ifndef STAGEPROF_SUPPORT_LARGER_H_
#define STAGEPROF_SUPPORT_LARGER_H_

namespace stageprof {

// fmax and fmin of C, which would link the addon with libm: a number counts for more than NaN.
inline double Larger(double one, double other) {
  return one > other || other != other ? one : other;
}
inline double Smaller(double one, double other) {
  return one < other || other != other ? one : other;
}

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_LARGER_H_
