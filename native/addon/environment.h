#ifndef STAGEPROF_ADDON_ENVIRONMENT_H_
#define STAGEPROF_ADDON_ENVIRONMENT_H_

#include <node_api.h>

#include "../recorder/outside_sources.h"
#include "../sources/sources.h"

namespace stageprof {

class RecorderHandle;
class SamplerHandle;

// What the addon keeps for one Node-API environment (the main thread, or one worker): its sources,
// its open samplers and its open recorders. What the process has only once is shared by all
// environments and stands elsewhere: the kernel's resident peak and who resets it (rss_peak), the
// allocator and what its statistics cost (serving, malloc_stats), the JS threads (js_threads) and
// the started recorders (recorder_handle).
//
// Owned by the instance data and by every handle together: when the environment goes, the
// order in which Node-API finalizes instance data and functions is not defined.
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
  // Those of the threads of this environment's recorders.
  OutsideSources* outside_sources() { return &outside_sources_; }

  // The open samplers, for the end of the environment.
  void AddSampler(SamplerHandle* handle);
  void RemoveSampler(SamplerHandle* handle);

  // The same of open recorders.
  void AddRecorder(RecorderHandle* handle);
  void RemoveRecorder(RecorderHandle* handle);

 private:
  static void OnEnvironmentGone(napi_env env, void* data, void* hint);

  Sources sources_{Reader::kMeasuredThread};
  OutsideSources outside_sources_;
  SamplerHandle* samplers_ = nullptr;
  RecorderHandle* recorders_ = nullptr;
  int holders_ = 1;
};

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_ENVIRONMENT_H_
