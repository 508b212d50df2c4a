// An addon that tells the stack of a block that it allocates, as the tracker has it.
#include <dlfcn.h>
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"

// More than the rate between two samples, so each is in the sample.
enum { BLOCK_BYTES = 1 << 20 };

static const StageprofTracker* tracker;
static __thread uint32_t stage;
// Far from those that the tracker has numbers for.
static uint32_t stages = 1u << 20;

static napi_value text(napi_env env, const char* bytes, size_t count) {
  napi_value value;
  napi_create_string_utf8(env, bytes, count, &value);
  return value;
}

static void set_number(napi_env env, napi_value object, const char* name, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  napi_set_named_property(env, object, name, value);
}

static napi_value told_function(napi_env env, uint32_t number) {
  StageprofTrackerJsFunction function;
  if (tracker->read_js_function(number, &function) != 0) return text(env, "(JS)", 4);
  napi_value value;
  napi_create_object(env, &value);
  napi_set_named_property(env, value, "name", text(env, function.name, function.name_bytes));
  napi_set_named_property(env, value, "url", text(env, function.url, function.url_bytes));
  set_number(env, value, "line", function.line);
  set_number(env, value, "column", function.column);
  set_number(env, value, "isNamed", function.is_named);
  return value;
}

static napi_value told_frame(napi_env env, uint64_t frame) {
  const uint32_t number = frame >> 48 & 0x3FFF;
  if (number == STAGEPROF_TRACKER_JS_MODULE) return told_function(env, (uint32_t)frame);
  StageprofTrackerModule module;
  if (number == 0 || tracker->read_module(number, &module) != 0) return text(env, "(memory)", 8);
  const char* slash = strrchr(module.name, '/');
  return text(env, slash == NULL ? module.name : slash + 1, NAPI_AUTO_LENGTH);
}

// The frames of all sites of a stage, innermost first: a function's name and position, or "(JS)", or the
// name of a module.
static napi_value told_sites(napi_env env, uint32_t wanted) {
  // A site is never older than its stage.
  static __thread uint32_t from = 1;
  napi_value sites;
  napi_create_array(env, &sites);
  uint32_t count = 0;
  StageprofTrackerSite site;
  uint32_t index = from;
  for (; tracker->read_site(index, &site) == 0; ++index) {
    if (site.stage != wanted) continue;
    napi_value frames;
    napi_create_array(env, &frames);
    for (uint32_t at = 0; at < site.frames_count; ++at) {
      napi_set_element(env, frames, at, told_frame(env, site.frames[at]));
    }
    napi_set_element(env, sites, count++, frames);
  }
  from = index;
  return sites;
}

static void begin(void) {
  stage = __atomic_add_fetch(&stages, 1, __ATOMIC_RELAXED);
  tracker->set_stage_word(&stage);
}

static void allocate(void) {
  begin();
  void* block = malloc(BLOCK_BYTES);
  tracker->set_stage_word(NULL);
  free(block);
}

// The stack from here.
static napi_value take(napi_env env, napi_callback_info info) {
  (void)info;
  allocate();
  napi_value frames;
  napi_get_element(env, told_sites(env, stage), 0, &frames);
  return frames;
}

static napi_value call_argument(napi_env env, napi_callback_info info) {
  napi_value function;
  napi_value receiver;
  napi_value result = NULL;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &function, &receiver, NULL);
  napi_call_function(env, receiver, function, 0, NULL, &result);
  return result;
}

// The stacks of all that is allocated in a call of the argument.
static napi_value watch(napi_env env, napi_callback_info info) {
  begin();
  call_argument(env, info);
  tracker->set_stage_word(NULL);
  return told_sites(env, stage);
}

// For many stacks, which it does not tell.
static napi_value only_allocate(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  allocate();
  return NULL;
}

static uint32_t finalized;

static void allocate_at_end(napi_env env, void* data, void* hint) {
  (void)env;
  (void)data;
  (void)hint;
  allocate();
  ++finalized;
}

// An object whose finalizer allocates.
static napi_value finalizing(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value value;
  napi_create_external(env, &stages, allocate_at_end, NULL, &value);
  return value;
}

static napi_value count_frames(napi_env env, napi_callback_info info) {
  (void)info;
  StageprofTrackerJsFrames frames;
  tracker->read_js_frames(&frames);
  napi_value counts;
  napi_create_object(env, &counts);
  set_number(env, counts, "known", (double)frames.known);
  set_number(env, counts, "unknown", (double)frames.unknown);
  set_number(env, counts, "finalized", finalized);
  return counts;
}

static void export(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

NAPI_MODULE_INIT() {
  tracker = dlsym(RTLD_DEFAULT, STAGEPROF_TRACKER_SYMBOL);
  export(env, exports, "take", take);
  export(env, exports, "allocate", only_allocate);
  export(env, exports, "call", call_argument);
  export(env, exports, "watch", watch);
  export(env, exports, "finalizing", finalizing);
  export(env, exports, "countFrames", count_frames);
  return exports;
}
