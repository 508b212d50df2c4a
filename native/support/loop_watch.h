#ifndef STAGEPROF_SUPPORT_LOOP_WATCH_H_
#define STAGEPROF_SUPPORT_LOOP_WATCH_H_

#include <node_api.h>

namespace stageprof {

// Calls back each time the event loop of an environment is about to wait for events: all JS that
// was due has run. What the loop uses from there on, waking up foremost (some 50 us of CPU on a
// busy machine), is no stage's. Does not keep the loop alive.
class LoopWatch {
 public:
  using Callback = void (*)(void* data);

  // False where this host shows no loop. Once.
  bool Open(napi_env env, Callback callback, void* data);
  // No call comes after it. Idempotent.
  void Close();

 private:
  struct Handle;
  static void CloseHandle(Handle* handle);

  // Its memory belongs to the loop until the loop has closed it.
  Handle* handle_ = nullptr;
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_LOOP_WATCH_H_
