#ifndef STAGEPROF_ADDON_ENVIRONMENT_H_
#define STAGEPROF_ADDON_ENVIRONMENT_H_

#include <node_api.h>

#include "../recorder/outside_sources.h"
#include "../sources/heap_watch.h"
#include "../sources/sources.h"

namespace stageprof {

class RecorderHandle;
class SamplerHandle;

// What the addon keeps for one Node-API environment (the main thread, or one worker): its sources,
// its open samplers and its open recorders. Environments share what the process has only once,
// which stands elsewhere: the kernel's resident peak and who resets it (rss_peak), the allocator
// and what its statistics cost (serving, malloc_stats), the JS threads (js_threads) and the started
// recorders (recorder_handle).
//
// The instance data and every handle own it together, because Node-API does not define in which
// order it finalizes instance data and functions when an environment ends.
class Environment {
 public:
  // Makes the environment's instance data. Null when there is no memory.
  static Environment* Create(napi_env env);
  // Null after Create failed.
  static Environment* Of(napi_env env);

  void Hold() { ++holders_; }
  void Release();

  // Opens the sources at the first call.
  Sources* sources();
  // Closes them, unless a sampler or a recorder is open. They are opened again at the next call.
  void CloseSources();
  // The sources that the threads of this environment's recorders read.
  OutsideSources* outside_sources() { return &outside_sources_; }

  // Has the heap of this thread seen by the samplers of other threads as long as the thread lives.
  void WatchHeap(napi_env env);

  // Keeps a value in the place of the one that was kept before: the memory of the stage word. False
  // where Node-API refuses.
  bool Keep(napi_env env, napi_value value);

  // The open samplers, which are closed when the environment ends.
  void AddSampler(SamplerHandle* handle);
  void RemoveSampler(SamplerHandle* handle);

  // The open recorders, likewise.
  void AddRecorder(RecorderHandle* handle);
  void RemoveRecorder(RecorderHandle* handle);

 private:
  static void OnEnvironmentGone(napi_env env, void* data, void* hint);

  Sources sources_{Reader::kMeasuredThread};
  OutsideSources outside_sources_;
  HeapWatch heap_watch_;
  napi_ref kept_ = nullptr;
  SamplerHandle* samplers_ = nullptr;
  RecorderHandle* recorders_ = nullptr;
  int holders_ = 1;
};

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_ENVIRONMENT_H_
