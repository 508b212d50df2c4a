#ifndef STAGEPROF_ADDON_SAMPLER_HANDLE_H_
#define STAGEPROF_ADDON_SAMPLER_HANDLE_H_

#include <node_api.h>
#include <stdint.h>

#include "../accounting/fold.h"
#include "../sources/sampler.h"
#include "../support/loop_watch.h"
#include "environment.h"

namespace stageprof {

// A sampler as JS holds it: an object of functions, each with the handle as its data, so that a
// sample crosses the boundary without an argument. A function may outlive the object that it came
// on; the last function to go frees the handle.
class SamplerHandle {
 public:
  struct Request {
    napi_value slots;  // a Float64Array of kSampleLength
    uint32_t mask;
    bool is_pinned;  // its memory never goes while the sampler is open: a recorder's mapping
  };

  // Returns null, with nothing left behind, when Node-API refuses: there is no memory, or the
  // worker is being terminated.
  static napi_value Open(napi_env env, Environment* environment, const Request& request);

  // Releases everything but the handle itself, which the functions still point to. Idempotent.
  void Close(napi_env env);

  // Null before openFold() and once the sampler is closed.
  Fold* fold() const { return is_open_ ? fold_ : nullptr; }

  // Links of the environment's list of open samplers.
  SamplerHandle* previous = nullptr;
  SamplerHandle* next = nullptr;

 private:
  template <void (Sampler::*kRead)()>
  static napi_value Read(napi_env env, napi_callback_info info);
  static napi_value WatchLoop(napi_env env, napi_callback_info info);
  static napi_value CloseCalled(napi_env env, napi_callback_info info);
  static napi_value ReadAccount(napi_env env, napi_callback_info info);
  static napi_value OpenFold(napi_env env, napi_callback_info info);
  static void OnFunctionGone(napi_env env, void* data, void* hint);

  bool HoldSlots(napi_env env, napi_value slots, double** data);
  bool AddFunction(napi_env env, napi_value object, const char* name, napi_callback callback);
  bool SlotsAreThere(napi_env env) const;

  ~SamplerHandle() { delete fold_; }

  Environment* environment_ = nullptr;
  Sampler sampler_;
  Fold* fold_ = nullptr;
  double* data_ = nullptr;  // of the slots
  LoopWatch loop_watch_;
  bool watches_loop_ = false;
  bool is_open_ = false;
  napi_ref slots_ = nullptr;
  bool slots_can_go_ = true;
  int functions_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_SAMPLER_HANDLE_H_
