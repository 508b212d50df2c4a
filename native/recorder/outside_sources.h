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
  Lock lock_;
  Sources sources_{Reader::kRecorder};
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_OUTSIDE_SOURCES_H_
