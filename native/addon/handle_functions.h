#ifndef STAGEPROF_ADDON_HANDLE_FUNCTIONS_H_
#define STAGEPROF_ADDON_HANDLE_FUNCTIONS_H_

#include <node_api.h>

namespace stageprof {

// Adds a function to the object that stands for a handle in JS; the handle is the function's data.
// `gone` is called with the handle once nothing can call the function any more. `holders` counts
// the functions whose `gone` is still to come, including one that could not be added in the end.
bool AddHandleFunction(napi_env env, napi_value object, const char* name, napi_callback callback,
                       void* handle, napi_finalize gone, int* holders);

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_HANDLE_FUNCTIONS_H_
