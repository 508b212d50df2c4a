#ifndef STAGEPROF_RECORDER_OUTSIDE_SOURCES_H_
#define STAGEPROF_RECORDER_OUTSIDE_SOURCES_H_

#include "../sources/sources.h"
#include "../sources/statm.h"
#include "../sources/status.h"
#include "../support/lock.h"

namespace stageprof {

// The sources that the threads of an environment's recorders read, opened once: a pipeline makes a
// recorder an input. One thread at a time uses them, which the lock is for.
class OutsideSources {
 public:
  Lock* lock() { return &lock_; }

  // Only with the lock.
  Sources* Open() {
    sources_.Open();
    return &sources_;
  }
  void Close() { sources_.Close(); }

 private:
  // Beside the budget of the environment's own samplers: together 0.2 % of a core with what a reading
  // takes anyway.
  static constexpr Sources::Shares kShares = {0.0003, 0.001, 0.0003};

  Lock lock_;
  Sources sources_{kShares};
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_OUTSIDE_SOURCES_H_
