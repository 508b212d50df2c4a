#ifndef STAGEPROF_SUPPORT_LOOP_WATCH_H_
#define STAGEPROF_SUPPORT_LOOP_WATCH_H_

#include <node_api.h>

namespace stageprof {

// Calls back each time the event loop of an environment is about to wait for events: all JS that
// was due has run. What the loop uses from then on, mainly to wake up (some 50 us of CPU on a busy
// machine), belongs to no stage. It does not keep the loop alive.
class LoopWatch {
 public:
  using Callback = void (*)(void* data);

  // False where this host shows no loop. Call it once.
  bool Open(napi_env env, Callback callback, void* data);
  // There is no call after it. Idempotent.
  void Close();

 private:
  struct Handle;
  static void CloseHandle(Handle* handle);

  // The loop owns its memory until the loop has closed it.
  Handle* handle_ = nullptr;
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_LOOP_WATCH_H_
