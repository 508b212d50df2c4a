#ifndef STAGEPROF_ADDON_HANDLE_FUNCTIONS_H_
#define STAGEPROF_ADDON_HANDLE_FUNCTIONS_H_

#include <node_api.h>

namespace stageprof {

// Adds to the object that JS gets of a handle a function with the handle as its data. `gone` is
// called with the handle once nothing can call the function any more; `holders` counts the functions
// for which that is still to come, also one that could not be added in the end.
bool AddHandleFunction(napi_env env, napi_value object, const char* name, napi_callback callback,
                       void* handle, napi_finalize gone, int* holders);

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_HANDLE_FUNCTIONS_H_
