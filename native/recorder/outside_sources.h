#ifndef STAGEPROF_RECORDER_OUTSIDE_SOURCES_H_
#define STAGEPROF_RECORDER_OUTSIDE_SOURCES_H_

#include "../sources/sources.h"
#include "../sources/statm.h"
#include "../sources/status.h"
#include "../support/lock.h"

namespace stageprof {

// The sources that the threads of an environment's recorders read. They are opened once, because a
// pipeline makes one recorder for each input. One thread at a time uses them, under the lock.
class OutsideSources {
 public:
  Lock* lock() { return &lock_; }

  // Requires the lock.
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
