#include "loop_watch.h"

#include <uv.h>

#include <new>

#include "symbols.h"

namespace stageprof {

namespace {

// Looked up instead of linked, so that a host without libuv's names still loads the addon.
struct Libuv {
  decltype(&uv_prepare_init) prepare_init;
  decltype(&uv_prepare_start) prepare_start;
  decltype(&uv_unref) unref;
  decltype(&uv_close) close;

  bool Find() {
    prepare_init = reinterpret_cast<decltype(prepare_init)>(FindSymbol("uv_prepare_init"));
    prepare_start = reinterpret_cast<decltype(prepare_start)>(FindSymbol("uv_prepare_start"));
    unref = reinterpret_cast<decltype(unref)>(FindSymbol("uv_unref"));
    close = reinterpret_cast<decltype(close)>(FindSymbol("uv_close"));
    return prepare_init != nullptr && prepare_start != nullptr && unref != nullptr &&
           close != nullptr;
  }
};

}  // namespace

struct LoopWatch::Handle {
  uv_prepare_t prepare;
  LoopWatch* owner;  // null once the owner has let go
  Libuv libuv;
  Callback callback;
  void* data;
  napi_async_cleanup_hook_handle at_exit;
  bool is_closing;
};

bool LoopWatch::Open(napi_env env, Callback callback, void* data) {
  Libuv libuv;
  uv_loop_t* loop = nullptr;
  if (!libuv.Find() || napi_get_uv_event_loop(env, &loop) != napi_ok) return false;
  Handle* handle = new (std::nothrow) Handle{{}, this, libuv, callback, data, nullptr, false};
  if (handle == nullptr) return false;
  // An environment that ends waits only for handles that it was told of.
  const auto close = [](napi_async_cleanup_hook_handle, void* owned) {
    CloseHandle(static_cast<Handle*>(owned));
  };
  if (napi_add_async_cleanup_hook(env, close, handle, &handle->at_exit) != napi_ok) {
    delete handle;
    return false;
  }
  libuv.prepare_init(loop, &handle->prepare);
  handle->prepare.data = handle;
  libuv.prepare_start(&handle->prepare, [](uv_prepare_t* prepare) {
    Handle* started = static_cast<Handle*>(prepare->data);
    if (!started->is_closing) started->callback(started->data);
  });
  libuv.unref(reinterpret_cast<uv_handle_t*>(&handle->prepare));
  handle_ = handle;
  return true;
}

void LoopWatch::Close() {
  if (handle_ == nullptr) return;
  handle_->owner = nullptr;
  CloseHandle(handle_);
  handle_ = nullptr;
}

void LoopWatch::CloseHandle(Handle* handle) {
  if (handle->is_closing) return;
  handle->is_closing = true;
  handle->libuv.close(reinterpret_cast<uv_handle_t*>(&handle->prepare), [](uv_handle_t* closed) {
    Handle* gone = static_cast<Handle*>(closed->data);
    // The end of the environment may close the handle first.
    if (gone->owner != nullptr) gone->owner->handle_ = nullptr;
    napi_remove_async_cleanup_hook(gone->at_exit);
    delete gone;
  });
}

}  // namespace stageprof
