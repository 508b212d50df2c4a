// Two functions of Node-API. V8 names all of them by the one that was defined last.
#include <node_api.h>
#include <time.h>

static double cpu_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

// called_function(ms) is busy for so much CPU time, and never returns to JS meanwhile.
static napi_value called_function(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  double ms = 0;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_value_double(env, argument, &ms);
  const double end = cpu_ms() + ms;
  volatile double sum = 0;
  while (cpu_ms() < end) {
    for (int i = 0; i < 10000; ++i) sum += i;
  }
  return NULL;
}

static napi_value uncalled_function(napi_env env, napi_callback_info info) {
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "calledFunction", NAPI_AUTO_LENGTH, called_function, NULL, &function);
  napi_set_named_property(env, exports, "calledFunction", function);
  napi_create_function(env, "uncalledFunction", NAPI_AUTO_LENGTH, uncalled_function, NULL,
                       &function);
  napi_set_named_property(env, exports, "uncalledFunction", function);
  return exports;
}
