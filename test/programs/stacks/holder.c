// hold(bytes) allocates a block in one of two functions and keeps it; drop() frees the oldest.
#include <node_api.h>
#include <stdlib.h>
#include <string.h>

enum { kMost = 100000 };
static void* blocks[kMost];
static int first = 0;
static int count = 0;

// No tail call: the frame would be gone.
__attribute__((noinline)) void* hold_large(size_t bytes) {
  void* const block = malloc(bytes);
  memset(block, 1, bytes);
  return block;
}

__attribute__((noinline)) void* hold_small(size_t bytes) {
  void* const block = malloc(bytes);
  memset(block, 2, bytes);
  return block;
}

static napi_value hold(napi_env env, napi_callback_info info) {
  size_t arguments = 1;
  napi_value argument;
  double bytes = 0;
  napi_get_cb_info(env, info, &arguments, &argument, NULL, NULL);
  napi_get_value_double(env, argument, &bytes);
  if (count == kMost) abort();
  blocks[count++] = bytes >= 1 << 20 ? hold_large((size_t)bytes) : hold_small((size_t)bytes);
  return NULL;
}

static napi_value drop(napi_env env, napi_callback_info info) {
  free(blocks[first++]);
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "hold", NAPI_AUTO_LENGTH, hold, NULL, &function);
  napi_set_named_property(env, exports, "hold", function);
  napi_create_function(env, "drop", NAPI_AUTO_LENGTH, drop, NULL, &function);
  napi_set_named_property(env, exports, "drop", function);
  return exports;
}
