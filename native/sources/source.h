#ifndef STAGEPROF_SOURCES_SOURCE_H_
#define STAGEPROF_SOURCES_SOURCE_H_

#include "../support/failure.h"

namespace stageprof {

// Which thread reads a source: the one that is measured, at its samples; or the recorder's, ten
// times a second. A source whose reading costs more with the size of the program takes this in its
// constructor, and allows itself less of the elapsed time on the recorder's thread.
enum class Reader { kMeasuredThread, kRecorder };

// What the list in sources.h asks of a source. A source has its own Open(), and replaces of the rest
// what it needs. Nothing is virtual: each is called by its own type, so that a sample pays nothing.
class Source {
 public:
  // Gives descriptors back.
  void Close() {}

  // Puts into a sample what the source knows of the process by itself. It is called between the two
  // clocks and the heap, where its cost falls outside of the stage. What needs an order of its own,
  // or differs for a thread that is sampled by another, the sampler reads by name.
  void Fill(double* /* slots */) {}

  // Why the source cannot be read: found when it was opened, or since.
  const Failure& failure() const { return failure_; }
  // What a report gives as the reason; null where there is none.
  const char* reason() const { return failure_.reason(); }

  // Tells what a report has to know of the source besides: calls `tell` with a name, and a text or
  // null, a number, or a truth value.
  template <typename Tell>
  void TellState(Tell /* tell */) const {}

 protected:
  Failure failure_;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_SOURCE_H_
