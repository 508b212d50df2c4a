#include "attach_functions.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "../sources/tracker_client.h"
#include "../support/symbols.h"
#include "environment.h"
#include "napi_values.h"

namespace stageprof {

namespace {

// That of this process, loaded late; null until the first attach. It is never unloaded: see
// native/tracker/attach.h. Written on the main thread alone.
const StageprofTracker* late = nullptr;

using Open = void* (*)(const char*, int);
using Find = void* (*)(void*, const char*);
using Error = char* (*)();

// Not among the symbols of the process: there every lookup of malloc would find the tracker's.
const char* Load(const char* path) {
  const auto open = reinterpret_cast<Open>(FindSymbol("dlopen"));
  const auto find = reinterpret_cast<Find>(FindSymbol("dlsym"));
  const auto error = reinterpret_cast<Error>(FindSymbol("dlerror"));
  if (open == nullptr || find == nullptr) return "the loader has no dlopen";
  // musl's loader has no room for the tracker's thread-local memory once a program runs.
  if (FindSymbol("gnu_get_libc_version") == nullptr)
    return "musl loads the tracker at the start of a program alone";
  void* const library = open(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const told = error == nullptr ? nullptr : error();
    return told == nullptr ? "the tracker cannot be loaded" : told;
  }
  const auto* found = static_cast<const StageprofTracker*>(find(library, STAGEPROF_TRACKER_SYMBOL));
  if (found == nullptr || found->magic != STAGEPROF_TRACKER_MAGIC ||
      found->version != STAGEPROF_TRACKER_VERSION || found->struct_bytes < sizeof *found) {
    return "the tracker is of another version";
  }
  late = found;
  return nullptr;
}

napi_value SlotsOf(napi_env env, void (*act)(StageprofTrackerSlots*)) {
  StageprofTrackerSlots slots = {};
  napi_value value;
  if (napi_create_object(env, &value) != napi_ok) return nullptr;
  act(&slots);
  SetNumber(env, value, "rebound", slots.rebound);
  SetNumber(env, value, "restored", slots.restored);
  SetNumber(env, value, "modules", slots.modules);
  return value;
}

napi_value ModulesOf(napi_env env) {
  napi_value list;
  if (napi_create_array(env, &list) != napi_ok) return nullptr;
  const uint32_t count = late->refresh_modules();
  int64_t held[TrackerClient::kMostModules] = {};
  const uint32_t held_count = late->read_live_modules(TrackerClient::kMostModules, held);
  uint32_t at = 0;
  for (uint32_t index = 0; index < count; ++index) {
    StageprofTrackerModule module;
    napi_value value;
    if (late->read_module(index, &module) != 0 || napi_create_object(env, &value) != napi_ok) {
      continue;
    }
    SetText(env, value, "name", module.name);
    SetNumber(env, value, "allocatedBytes", static_cast<double>(module.allocated_bytes));
    SetNumber(env, value, "heldBytes", index < held_count ? static_cast<double>(held[index]) : 0);
    SetNumber(env, value, "mappedBytes", static_cast<double>(module.mapped_bytes));
    napi_set_element(env, list, at++, value);
  }
  return list;
}

}  // namespace

napi_value TrackerAttach(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  char path[PATH_MAX];
  size_t length = 0;
  double rate = 0;
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok ||
      napi_get_value_string_utf8(env, arguments[0], path, sizeof path, &length) != napi_ok ||
      napi_get_value_double(env, arguments[1], &rate) != napi_ok || !(rate >= 1 && rate < 1e12)) {
    napi_throw_type_error(env, nullptr, "Expected a path and a number of bytes");
    return nullptr;
  }
  if (FindTracker().tracker != nullptr) {
    return TextOrNull(env,
                      "the tracker is preloaded already: watch and postmortem show what it counts");
  }
  const char* missing = late == nullptr ? Load(path) : nullptr;
  if (missing == nullptr) missing = late->attach(static_cast<uint64_t>(rate));
  return TextOrNull(env, missing);
}

napi_value TrackerRebind(napi_env env, napi_callback_info) {
  return late == nullptr ? nullptr : SlotsOf(env, late->rebind);
}

napi_value TrackerDetach(napi_env env, napi_callback_info) {
  return late == nullptr ? nullptr : SlotsOf(env, late->detach);
}

napi_value TrackerRead(napi_env env, napi_callback_info) {
  napi_value value = nullptr;
  if (late == nullptr || napi_create_object(env, &value) != napi_ok) return nullptr;
  StageprofTrackerReading reading;
  late->read(STAGEPROF_TRACKER_NO_WINDOW, &reading);
  SetNumber(env, value, "allocatedBytes", static_cast<double>(reading.allocated_bytes));
  SetNumber(env, value, "allocatedBlocks", static_cast<double>(reading.allocated_blocks));
  SetNumber(env, value, "freedBytes", static_cast<double>(reading.freed_bytes));
  SetNumber(env, value, "freedBlocks", static_cast<double>(reading.freed_blocks));
  SetProperty(env, value, "modules", ModulesOf(env));
  return value;
}

napi_value TrackerStacks(napi_env env, napi_callback_info) {
  napi_value copy = nullptr;
  void* data = nullptr;
  uint64_t bytes = 0;
  const void* const tables = late == nullptr ? nullptr : late->read_stack_tables(&bytes);
  if (tables == nullptr) {
    napi_get_null(env, &copy);
  } else if (napi_create_arraybuffer(env, bytes, &data, &copy) == napi_ok) {
    memcpy(data, tables, bytes);
  }
  return copy;
}

napi_value SourcesClose(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::Of(env);
  if (environment != nullptr) environment->CloseSources();
  return nullptr;
}

}  // namespace stageprof
