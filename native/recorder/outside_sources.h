#ifndef STAGEPROF_RECORDER_OUTSIDE_SOURCES_H_
#define STAGEPROF_RECORDER_OUTSIDE_SOURCES_H_

#include <uv.h>

#include "../sources/sources.h"
#include "../sources/statm.h"
#include "../sources/status.h"

namespace stageprof {

// The sources that the threads of an environment's recorders read, opened once: a pipeline makes a
// recorder an input. One thread at a time uses them, which the lock is for.
class OutsideSources {
 public:
  OutsideSources() { uv_mutex_init(&mutex_); }
  ~OutsideSources() { uv_mutex_destroy(&mutex_); }
  OutsideSources(const OutsideSources&) = delete;
  OutsideSources& operator=(const OutsideSources&) = delete;

  void Lock() { uv_mutex_lock(&mutex_); }
  bool TryLock() { return uv_mutex_trylock(&mutex_) == 0; }
  void Unlock() { uv_mutex_unlock(&mutex_); }

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

  uv_mutex_t mutex_;
  Sources sources_{kShares};
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_OUTSIDE_SOURCES_H_
