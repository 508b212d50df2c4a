#include "environment.h"

#include <new>

#include "js_threads.h"
#include "sampler_handle.h"

namespace stageprof {

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

void Environment::AddSampler(SamplerHandle* handle) {
  handle->previous = nullptr;
  handle->next = samplers_;
  if (samplers_ != nullptr) samplers_->previous = handle;
  samplers_ = handle;
}

void Environment::RemoveSampler(SamplerHandle* handle) {
  if (handle->previous != nullptr) handle->previous->next = handle->next;
  if (handle->next != nullptr) handle->next->previous = handle->previous;
  if (samplers_ == handle) samplers_ = handle->next;
}

// On the environment's thread, its isolate still alive, also when a worker was terminated: the last
// moment at which GC callbacks can be removed.
void Environment::OnEnvironmentGone(napi_env env, void* data, void*) {
  Environment* environment = static_cast<Environment*>(data);
  while (environment->samplers_ != nullptr) environment->samplers_->Close(env);
  environment->sources_.Close();
  RemoveJsThread();
  environment->Release();
}

}  // namespace stageprof
