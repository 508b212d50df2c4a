#include "heap_watch.h"

#include "../support/clocks.h"

namespace stageprof {

namespace {

// Before its loop waits, a thread publishes its heap no more often than this: asking V8 costs
// little beside what the thread does in that time.
constexpr double kPublishEveryNs = 5e6;

// False while the environment is taken down, when its loop still runs. Node-API checks that JS may
// run before it checks the arguments.
bool MayRunJs(napi_env env) {
  return napi_has_property(env, nullptr, nullptr, nullptr) == napi_invalid_arg;
}

}  // namespace

void HeapWatch::Open(napi_env env, V8Heap* heap, std::atomic<double>* shared_peak) {
  env_ = env;
  heap_ = heap;
  window_.shared_peak = shared_peak;
  heap_->AddWindow(&window_);
  heap_->Refresh();
  const auto publish = [](void* data) { static_cast<HeapWatch*>(data)->PublishBeforeWait(); };
  loop_watch_.Open(env, publish, this);
}

void HeapWatch::Close() {
  if (heap_ == nullptr) return;
  loop_watch_.Close();
  heap_->RemoveWindow(&window_);
  heap_ = nullptr;
}

void HeapWatch::PublishBeforeWait() {
  const double now_ns = ReadWallNs();
  if (now_ns - published_ns_ < kPublishEveryNs || !MayRunJs(env_)) return;
  published_ns_ = now_ns;
  heap_->ReadAllocation();
}

}  // namespace stageprof
