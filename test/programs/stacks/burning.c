// An addon that uses CPU on other threads. Each way of getting work done has a function of its own.
#include <node_api.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

// The names that an older glibc has them under.
#if defined(OLD_GLIBC)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.2.5");
__asm__(".symver pthread_join, pthread_join@GLIBC_2.2.5");
#endif

static double own_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

#define BURNS(name)                                \
  __attribute__((noinline)) void name(double ms) { \
    const double begun = own_ms();                 \
    while (own_ms() - begun < ms) {                \
      for (volatile int i = 0; i < 20000; ++i) {   \
      }                                            \
    }                                              \
  }
BURNS(burns_lightly)
BURNS(burns_heavily)
BURNS(burns_in_thread)

typedef struct {
  napi_async_work work;
  napi_deferred deferred;
  double ms;
  uint32_t how;
} Work;

static void* in_thread(void* ms) {
  burns_in_thread(*(double*)ms);
  return NULL;
}

static void execute(napi_env env, void* data) {
  Work* const work = data;
  (void)env;
  if (work->how == 0) burns_lightly(work->ms);
  if (work->how == 1) burns_heavily(work->ms);
  if (work->how == 2) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, in_thread, &work->ms) != 0) abort();
    pthread_join(thread, NULL);
  }
}

static void complete(napi_env env, napi_status status, void* data) {
  Work* const work = data;
  napi_value value;
  napi_create_double(env, status, &value);
  napi_resolve_deferred(env, work->deferred, value);
  napi_delete_async_work(env, work->work);
  free(work);
}

// burn(ms, how): a promise; how: 0 lightly and 1 heavily on the pool, 2 on a thread that such work makes
static napi_value burn(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_value name;
  napi_value promise;
  Work* const work = calloc(1, sizeof *work);
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_value_double(env, arguments[0], &work->ms);
  napi_get_value_uint32(env, arguments[1], &work->how);
  napi_create_promise(env, &work->deferred, &promise);
  napi_create_string_utf8(env, "burn", 4, &name);
  if (napi_create_async_work(env, NULL, name, execute, complete, work, &work->work) != napi_ok ||
      napi_queue_async_work(env, work->work) != napi_ok) {
    abort();
  }
  return promise;
}

NAPI_MODULE_INIT() {
  napi_value function;
  free(malloc(100));
  napi_create_function(env, "burn", NAPI_AUTO_LENGTH, burn, NULL, &function);
  napi_set_named_property(env, exports, "burn", function);
  return exports;
}
