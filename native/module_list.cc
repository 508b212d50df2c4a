#include "module_list.h"

#include <math.h>

namespace stageprof {

namespace {

// More than there can be: the tracker's table is smaller.
constexpr uint32_t kMost = 1024;

bool SetNumber(napi_env env, napi_value object, const char* name, double number) {
  napi_value value;
  return napi_create_double(env, number, &value) == napi_ok &&
         napi_set_named_property(env, object, name, value) == napi_ok;
}

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
  TrackerClient::Module modules[kMost];
  uint32_t count = tracker->RefreshModules();
  if (count > kMost) count = kMost;
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
