#include "module_list.h"

#include "napi_values.h"

namespace stageprof {

napi_value MakeModuleList(napi_env env, TrackerClient* tracker) {
  uint32_t count = tracker->RefreshModules();
  if (count > TrackerClient::kMostModules) count = TrackerClient::kMostModules;
  napi_value list;
  if (napi_create_array(env, &list) != napi_ok) return nullptr;
  for (uint32_t index = 0; index < count; ++index) {
    // A module that another thread is still adding has no name yet.
    TrackerClient::Module module = {"(unknown)"};
    tracker->ReadModule(index, &module);
    const napi_value name = TextOrNull(env, module.name);
    if (name == nullptr || napi_set_element(env, list, index, name) != napi_ok) return nullptr;
  }
  return list;
}

}  // namespace stageprof
