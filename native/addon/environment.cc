#include "environment.h"

#include <new>

#include "../sources/isolate_heaps.h"
#include "../threads/js_threads.h"
#include "recorder_handle.h"
#include "sampler_handle.h"
#include "stack_functions.h"

namespace stageprof {

namespace {

template <typename Handle>
void AddTo(Handle** first, Handle* handle) {
  handle->previous = nullptr;
  handle->next = *first;
  if (*first != nullptr) (*first)->previous = handle;
  *first = handle;
}

template <typename Handle>
void RemoveFrom(Handle** first, Handle* handle) {
  if (handle->previous != nullptr) handle->previous->next = handle->next;
  if (handle->next != nullptr) handle->next->previous = handle->previous;
  if (*first == handle) *first = handle->next;
}

}  // namespace

Environment* Environment::Create(napi_env env) {
  Environment* environment = new (std::nothrow) Environment();
  if (environment == nullptr) return nullptr;
  if (napi_set_instance_data(env, environment, OnEnvironmentGone, nullptr) != napi_ok) {
    environment->Release();
    return nullptr;
  }
  AddJsThread();
  return environment;
}

Environment* Environment::Of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Environment*>(data);
}

void Environment::Release() {
  if (--holders_ == 0) delete this;
}

Sources* Environment::sources() {
  sources_.Open();
  return &sources_;
}

void Environment::CloseSources() {
  if (samplers_ != nullptr || recorders_ != nullptr) return;
  heap_watch_.Close();
  RemoveIsolateHeap(&sources_.v8_heap);
  sources_.Close();
}

void Environment::WatchHeap(napi_env env) {
  if (!heap_watch_.is_open()) heap_watch_.Open(env, &sources()->v8_heap, nullptr);
}

bool Environment::Keep(napi_env env, napi_value value) {
  if (kept_ != nullptr) napi_delete_reference(env, kept_);
  kept_ = nullptr;
  return napi_create_reference(env, value, 1, &kept_) == napi_ok;
}

void Environment::AddSampler(SamplerHandle* handle) {
  AddTo(&samplers_, handle);
}

void Environment::RemoveSampler(SamplerHandle* handle) {
  RemoveFrom(&samplers_, handle);
}

void Environment::AddRecorder(RecorderHandle* handle) {
  AddTo(&recorders_, handle);
}

void Environment::RemoveRecorder(RecorderHandle* handle) {
  RemoveFrom(&recorders_, handle);
}

// Runs on the environment's thread while its isolate is still alive, also when a worker was
// terminated. It is the last moment at which GC callbacks can be removed.
void Environment::OnEnvironmentGone(napi_env env, void* data, void*) {
  Environment* environment = static_cast<Environment*>(data);
  ForgetStackStageWord();
  // In a forked child it does nothing, and the recorder stays in the list.
  for (RecorderHandle* recorder = environment->recorders_; recorder != nullptr;) {
    RecorderHandle* const next = recorder->next;
    recorder->Abandon();
    recorder = next;
  }
  while (environment->samplers_ != nullptr) environment->samplers_->Close(env);
  environment->heap_watch_.Close();
  RemoveIsolateHeap(&environment->sources_.v8_heap);
  environment->sources_.Close();
  environment->outside_sources_.Close();
  RemoveJsThread();
  environment->Release();
}

}  // namespace stageprof
