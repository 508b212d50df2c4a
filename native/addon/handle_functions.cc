#include "handle_functions.h"

namespace stageprof {

bool AddHandleFunction(napi_env env, napi_value object, const char* name, napi_callback callback,
                       void* handle, napi_finalize gone, int* holders) {
  napi_value function;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, handle, &function) != napi_ok ||
      napi_add_finalizer(env, function, handle, gone, nullptr, nullptr) != napi_ok) {
    return false;
  }
  ++*holders;
  return napi_set_named_property(env, object, name, function) == napi_ok;
}

}  // namespace stageprof
