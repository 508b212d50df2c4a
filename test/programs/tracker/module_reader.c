// A Node-API addon that reads the tracker's modules. Each line has the name, the allocated bytes and
// the mapped bytes of one, with tabs between. Without the tracker there are no lines.
#include "check.h"

// These declarations are stable, and few enough that this Node's headers need not be found.
typedef void* napi_env;
typedef void* napi_value;
typedef napi_value (*napi_callback)(napi_env, void*);
int napi_create_string_utf8(napi_env, const char*, size_t, napi_value*);
int napi_create_function(napi_env, const char*, size_t, napi_callback, void*, napi_value*);

enum { kMost = 1024, kLine = 512 };

static napi_value read_modules(napi_env env, void* info) {
  static char text[kMost * kLine];
  StageprofTrackerModule module;
  char* at = text;
  (void)info;
  *at = '\0';
  open_tracker();
  if (tracker != NULL) {
    read_now();
    const uint32_t count = tracker->refresh_modules();
    for (uint32_t i = 0; i < count && i < kMost - 1; ++i) {
      if (tracker->read_module(i, &module) != 0) continue;
      at += snprintf(at, kLine, "%s\t%llu\t%lld\n", module.name,
                     (unsigned long long)module.allocated_bytes, (long long)module.mapped_bytes);
    }
  }
  napi_value value = NULL;
  napi_create_string_utf8(env, text, strlen(text), &value);
  return value;
}

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  (void)exports;
  napi_value function = NULL;
  napi_create_function(env, "read", 4, read_modules, NULL, &function);
  return function;
}
