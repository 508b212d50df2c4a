#include "module_list.h"

#include <math.h>

#include "napi_values.h"

namespace stageprof {

namespace {

constexpr TrackerClient::Module kUnknown = {"(unknown)", NAN, NAN, NAN, false};

napi_value MakeModule(napi_env env, const TrackerClient::Module& module) {
  napi_value object;
  napi_value name;
  const bool made = napi_create_object(env, &object) == napi_ok &&
                    napi_create_string_utf8(env, module.name, NAPI_AUTO_LENGTH, &name) == napi_ok &&
                    napi_set_named_property(env, object, "name", name) == napi_ok &&
                    SetNumber(env, object, "residentBytes", module.resident_bytes);
  return made ? object : nullptr;
}

}  // namespace

napi_value MakeModuleList(napi_env env, TrackerClient* tracker, bool with_resident) {
  TrackerClient::Module modules[TrackerClient::kMostModules];
  uint32_t count = tracker->RefreshModules();
  if (count > TrackerClient::kMostModules) count = TrackerClient::kMostModules;
  for (uint32_t index = 0; index < count; ++index) {
    // A module that another thread is just finding has no name yet.
    if (!tracker->ReadModule(index, &modules[index])) modules[index] = kUnknown;
  }
  if (with_resident) tracker->AddResident(count, modules);

  napi_value list;
  if (napi_create_array(env, &list) != napi_ok) return nullptr;
  for (uint32_t index = 0; index < count; ++index) {
    const napi_value module = MakeModule(env, modules[index]);
    if (module == nullptr || napi_set_element(env, list, index, module) != napi_ok) return nullptr;
  }
  return list;
}

}  // namespace stageprof
