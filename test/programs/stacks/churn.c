// churn(count) allocates blocks in the place of others that it frees: each of them in one of a few functions,
// so that the stacks differ.
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { kMost = 2000, kLeast = 16384, kRange = 16384 };
static void* blocks[kMost];
static uint64_t state = 88172645463325252u;

static uint32_t below(uint32_t limit) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)((state >> 16) % limit);
}

// The call is not the last thing, so it is no jump.
#define ALLOCATOR(name)                                       \
  __attribute__((noinline)) static void* name(size_t bytes) { \
    char* const block = malloc(bytes);                        \
    memset(block, 1, bytes);                                  \
    return block;                                             \
  }
ALLOCATOR(one)
ALLOCATOR(two)

// As deep as `depth`, which makes stacks of their own.
__attribute__((noinline)) static void* deep(uint32_t depth, size_t bytes) {
  void* block;
  if (depth > 0) {
    block = deep(depth - 1, bytes);
  } else {
    void* (*const allocators[])(size_t) = {one, two};
    block = allocators[below(2)](bytes);
  }
  ((char*)block)[1] = 1;
  return block;
}

static napi_value churn(napi_env env, napi_callback_info info) {
  size_t arguments = 1;
  napi_value argument;
  uint32_t count = 0;
  napi_get_cb_info(env, info, &arguments, &argument, NULL, NULL);
  napi_get_value_uint32(env, argument, &count);
  for (uint32_t index = 0; index < count; ++index) {
    void** const place = &blocks[below(kMost)];
    free(*place);
    *place = deep(below(4), kLeast + below(kRange));
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "churn", NAPI_AUTO_LENGTH, churn, NULL, &function);
  napi_set_named_property(env, exports, "churn", function);
  return exports;
}
