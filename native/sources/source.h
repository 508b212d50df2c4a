#ifndef STAGEPROF_SOURCES_SOURCE_H_
#define STAGEPROF_SOURCES_SOURCE_H_

#include "../support/failure.h"

namespace stageprof {

// Which thread reads a source: the measured one, at its samples, or the recorder's, ten times a
// second. A source whose reading costs more with the size of the program takes this in its
// constructor, and the budget that all sources of that thread share.
enum class Reader { kMeasuredThread, kRecorder };

// The largest share of the elapsed time that one kind of reading may take. The recorder's thread
// reads ten times a second, whether anything happens or not.
inline double MostShare(Reader reader) {
  return reader == Reader::kMeasuredThread ? 0.01 : 0.0002;
}

// What the list in sources.h requires of a source. A source defines its own Open(), and hides of
// the members below what it needs to replace. Nothing is virtual: each source is called by its own
// type, so a sample pays nothing for this.
class Source {
 public:
  // Closes descriptors.
  void Close() {}

  // Fills the slots that the source knows for the process by itself. The sampler calls it between
  // the clocks and the heap, where its cost falls outside of the stage. The sampler reads by name
  // what needs an order of its own, or differs for a thread that is sampled by another.
  void Fill(double* /* slots */) {}

  // Before it is opened again, when what failed may be there.
  void ForgetFailure() { failure_ = {}; }

  // Why the source cannot be read: found when it was opened, or later.
  const Failure& failure() const { return failure_; }
  // The reason that a report gives; null where there is none.
  const char* reason() const { return failure_.reason(); }

  // Tells what else a report has to know of the source: calls `tell` with a name and a value, which
  // is a text or null, a number, or a bool.
  template <typename Tell>
  void TellState(Tell /* tell */) const {}

 protected:
  Failure failure_;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_SOURCE_H_
