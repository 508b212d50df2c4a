#include "sampler_handle.h"

#include <math.h>

#include <new>

#include "../sources/account.h"
#include "../sources/sample_layout.h"
#include "fold_functions.h"
#include "handle_functions.h"
#include "napi_values.h"

namespace stageprof {

namespace {

SamplerHandle* HandleOf(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  return static_cast<SamplerHandle*>(data);
}

}  // namespace

napi_value SamplerHandle::Open(napi_env env, Environment* environment, const Request& request) {
  SamplerHandle* handle = new (std::nothrow) SamplerHandle();
  if (handle == nullptr) return nullptr;
  handle->environment_ = environment;
  environment->Hold();

  napi_value object = nullptr;
  double* data = nullptr;
  const bool made =
      napi_create_object(env, &object) == napi_ok && handle->HoldSlots(env, request.slots, &data) &&
      handle->AddFunction(env, object, "readEntry", Read<&Sampler::ReadEntry>) &&
      handle->AddFunction(env, object, "readExit", Read<&Sampler::ReadExit>) &&
      handle->AddFunction(env, object, "readThreadUse", Read<&Sampler::ReadThreadUse>) &&
      handle->AddFunction(env, object, "watchLoop", WatchLoop) &&
      handle->AddFunction(env, object, "close", CloseCalled) &&
      handle->AddFunction(env, object, "openFold", OpenFold) &&
      handle->AddFunction(env, object, "readAccount", ReadAccount);
  if (made) {
    if (request.is_pinned) handle->slots_can_go_ = false;
    handle->data_ = data;
    handle->sampler_.Open(environment->sources(), data, request.mask);
    handle->is_open_ = true;
    environment->AddSampler(handle);
    return object;
  }
  if (handle->slots_ != nullptr) napi_delete_reference(env, handle->slots_);
  handle->slots_ = nullptr;
  // If a function was already made, its finalizer frees the handle.
  if (handle->functions_ == 0) {
    environment->Release();
    delete handle;
  }
  return nullptr;
}

// The memory of a typed array goes when its buffer is detached (transferred to another thread), and
// shrinks when a resizable buffer is resized. A SharedArrayBuffer does neither, so nothing needs to
// be checked for it at a sample. For any other buffer, the present length of the array is read each
// time (10 ns).
bool SamplerHandle::HoldSlots(napi_env env, napi_value slots, double** data) {
  void* memory = nullptr;
  napi_value buffer;
  bool can_go = true;
  if (napi_get_typedarray_info(env, slots, nullptr, nullptr, &memory, &buffer, nullptr) !=
          napi_ok ||
      memory == nullptr || napi_is_arraybuffer(env, buffer, &can_go) != napi_ok ||
      napi_create_reference(env, slots, 1, &slots_) != napi_ok) {
    return false;
  }
  slots_can_go_ = can_go;
  *data = static_cast<double*>(memory);
  return true;
}

bool SamplerHandle::AddFunction(napi_env env, napi_value object, const char* name,
                                napi_callback callback) {
  return AddHandleFunction(env, object, name, callback, this, OnFunctionGone, &functions_);
}

inline bool SamplerHandle::SlotsAreThere(napi_env env) const {
  if (!slots_can_go_) return true;
  napi_value slots;
  size_t length = 0;
  return napi_get_reference_value(env, slots_, &slots) == napi_ok &&
         napi_get_typedarray_info(env, slots, nullptr, &length, nullptr, nullptr, nullptr) ==
             napi_ok &&
         length == kSampleLength;
}

template <void (Sampler::*kRead)()>
napi_value SamplerHandle::Read(napi_env env, napi_callback_info info) {
  SamplerHandle* handle = HandleOf(env, info);
  if (handle->is_open_ && handle->SlotsAreThere(env)) (handle->sampler_.*kRead)();
  return nullptr;
}

// Returns true if the use of the thread is read when the event loop waits. The loop's callback
// cannot write to memory that may be detached.
napi_value SamplerHandle::WatchLoop(napi_env env, napi_callback_info info) {
  SamplerHandle* handle = HandleOf(env, info);
  if (handle->is_open_ && !handle->watches_loop_ && !handle->slots_can_go_) {
    const auto before_wait = [](void* data) {
      static_cast<SamplerHandle*>(data)->sampler_.ReadThreadUseBeforeWait();
    };
    handle->watches_loop_ = handle->loop_watch_.Open(env, before_wait, handle);
  }
  return Boolean(env, handle->watches_loop_);
}

napi_value SamplerHandle::CloseCalled(napi_env env, napi_callback_info info) {
  HandleOf(env, info)->Close(env);
  return nullptr;
}

// readAccount(cells: Float64Array): writes who holds the resident set into kAccountLength cells;
// false where a look now would take more than its share of the elapsed time
napi_value SamplerHandle::ReadAccount(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value cells;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, &cells, nullptr, &data);
  SamplerHandle* handle = static_cast<SamplerHandle*>(data);
  void* memory = nullptr;
  size_t length = 0;
  napi_typedarray_type type = napi_int8_array;
  if (napi_get_typedarray_info(env, cells, &type, &length, &memory, nullptr, nullptr) != napi_ok ||
      type != napi_float64_array || length != kAccountLength || !handle->is_open_ ||
      !handle->SlotsAreThere(env)) {
    return Boolean(env, false);
  }
  return Boolean(env, handle->sampler_.ReadAccount(static_cast<double*>(memory)));
}

// openFold(plan, excluded, use, boundary: Float64Array): see kFoldFunctions; undefined where there can be none
napi_value SamplerHandle::OpenFold(napi_env env, napi_callback_info info) {
  constexpr size_t kArrays = 4;
  size_t count = kArrays;
  napi_value arguments[kArrays];
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, arguments, nullptr, &data);
  SamplerHandle* handle = static_cast<SamplerHandle*>(data);
  size_t lengths[kArrays] = {};
  double* memory[kArrays];
  for (size_t i = 0; i < kArrays; ++i) memory[i] = Doubles(env, arguments[i], &lengths[i]);
  FoldPlan plan;
  if (!handle->is_open_ || handle->fold_ != nullptr || handle->slots_can_go_ ||
      memory[0] == nullptr || !plan.Read(memory[0], lengths[0]) || lengths[1] != kSlotCount ||
      lengths[2] != 1 + plan.charged_count || lengths[3] != kBoundaryCells) {
    return nullptr;
  }
  napi_value object = nullptr;
  if (napi_create_object(env, &object) != napi_ok) return nullptr;
  for (const FoldFunction& function : kFoldFunctions) {
    if (!handle->AddFunction(env, object, function.name, function.callback)) return nullptr;
  }
  handle->fold_ = new (std::nothrow)
      Fold(&handle->sampler_, plan, {handle->data_, memory[1], memory[2], memory[3]});
  return handle->fold_ == nullptr ? nullptr : object;
}

void SamplerHandle::Close(napi_env env) {
  if (!is_open_) return;
  is_open_ = false;
  loop_watch_.Close();
  sampler_.Close();
  environment_->RemoveSampler(this);
  napi_delete_reference(env, slots_);
  slots_ = nullptr;
}

void SamplerHandle::OnFunctionGone(napi_env env, void* data, void*) {
  SamplerHandle* handle = static_cast<SamplerHandle*>(data);
  if (--handle->functions_ != 0) return;
  handle->Close(env);
  handle->environment_->Release();
  delete handle;
}

}  // namespace stageprof
