// An addon whose blocks are allocated on other threads, and stay until the process ends. Each way of getting
// work done has an allocating function of its own.
#include <dlfcn.h>
#include <node_api.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define ALLOCATOR(name)                                            \
  __attribute__((noinline)) void name(size_t bytes) {              \
    void* const block = malloc(bytes);                             \
    memset(block, 1, bytes);                                       \
    kept[__atomic_fetch_add(&count, 1, __ATOMIC_RELAXED)] = block; \
  }
enum { kMost = 100000 };
static void* kept[kMost];
static int count = 0;
ALLOCATOR(in_work)
ALLOCATOR(in_request)
ALLOCATOR(in_new_thread)
ALLOCATOR(in_thread_of_work)
ALLOCATOR(in_woken_thread)
ALLOCATOR(in_reading_thread)
ALLOCATOR(in_std_thread)
ALLOCATOR(in_woken_std_thread)
ALLOCATOR(in_callback)
ALLOCATOR(after_waiting)
ALLOCATOR(in_request_end)

// std_thread.cc, without which the addon can be unloaded.
#define MAYBE __attribute__((weak)) extern
MAYBE void run_in_std_thread(void (*function)(size_t), size_t bytes);
MAYBE void stay_in_std_thread(void (*function)(size_t));
MAYBE void wake_std_thread(size_t bytes);

// By dlsym with a handle, as napi-rs does, or as the loader binds imports.
static napi_status (*create_work)(napi_env, napi_value, napi_value, napi_async_execute_callback,
                                  napi_async_complete_callback, void*, napi_async_work*);
static napi_status (*queue_work)(napi_env, napi_async_work);

// A thread that waits for work on a condition variable for as long as the process lives.
static struct {
  pthread_mutex_t mutex;
  pthread_cond_t has_work;
  pthread_cond_t is_done;
  size_t bytes;
} waker = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void* work_when_woken(void* data) {
  (void)data;
  pthread_mutex_lock(&waker.mutex);
  for (;;) {
    while (waker.bytes == 0) pthread_cond_wait(&waker.has_work, &waker.mutex);
    in_woken_thread(waker.bytes);
    waker.bytes = 0;
    pthread_cond_broadcast(&waker.is_done);
  }
  return NULL;
}

static void wake(size_t bytes) {
  pthread_mutex_lock(&waker.mutex);
  while (waker.bytes != 0) pthread_cond_wait(&waker.is_done, &waker.mutex);
  waker.bytes = bytes;
  pthread_cond_signal(&waker.has_work);
  while (waker.bytes != 0) pthread_cond_wait(&waker.is_done, &waker.mutex);
  pthread_mutex_unlock(&waker.mutex);
}

static void* work_in_thread(void* data) {
  in_thread_of_work(*(size_t*)data);
  return NULL;
}

static void run(void* (*function)(void*), size_t bytes) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, function, &bytes) != 0) abort();
  pthread_join(thread, NULL);
}

// A piece of work. `how` is what its thread does: 0 allocates itself, 1 makes a thread, 2 wakes one, 3 sleeps,
// 4 makes a thread of C++, 5 wakes one.
typedef struct {
  napi_async_work work;
  napi_ref callback;
  size_t bytes;
  uint32_t how;
  uint32_t runs;
} Work;

// A function of JS that other threads have called. Each call has data of its own, which must come back.
static napi_threadsafe_function listener;
enum { kCalled = 1234567 };
typedef struct {
  int tag;
  int number;
  size_t bytes;
} Called;
static int cleaned = 0;

static void on_call(napi_env env, napi_value function, void* context, void* data) {
  Called* const called = data;
  napi_value receiver;
  napi_value argument;
  if (called->tag != kCalled || context != &listener) abort();
  if (env == NULL) {
    ++cleaned;
  } else {
    if (called->bytes > 0) in_callback(called->bytes);
    napi_get_undefined(env, &receiver);
    napi_create_int32(env, called->number, &argument);
    napi_call_function(env, receiver, function, 1, &argument, NULL);
  }
  free(called);
}

static void call_listener(size_t bytes, int number) {
  Called* const called = malloc(sizeof *called);
  *called = (Called){kCalled, number, bytes};
  if (napi_call_threadsafe_function(listener, called, napi_tsfn_blocking) != napi_ok) free(called);
}

static void* call_in_thread(void* data) {
  call_listener(*(size_t*)data, 0);
  // The queue has room for one, so this waits until JS has run.
  call_listener(0, 1);
  call_listener(0, 2);
  after_waiting(*(size_t*)data);
  return NULL;
}

static int has_cancelled;

// So that what is to be cancelled cannot have begun: this has the thread until then.
static void wait_for_cancel(void) {
  for (int turn = 0; turn < 60000 && !__atomic_load_n(&has_cancelled, __ATOMIC_ACQUIRE); ++turn) {
    usleep(1000);
  }
}

static void execute(napi_env env, void* data) {
  (void)env;
  Work* const work = data;
  ++work->runs;
  if (work->how == 0) in_work(work->bytes);
  if (work->how == 1) run(work_in_thread, work->bytes);
  if (work->how == 2) wake(work->bytes);
  if (work->how == 3) wait_for_cancel();
  if (work->how == 4) run_in_std_thread(in_std_thread, work->bytes);
  if (work->how == 5) wake_std_thread(work->bytes);
  if (work->how == 6) call_listener(work->bytes, (int)(work->bytes >> 20));
}

static void call(napi_env env, napi_ref reference, double status, double runs) {
  napi_handle_scope scope;
  napi_value callback;
  napi_value receiver;
  napi_value arguments[2];
  napi_open_handle_scope(env, &scope);
  napi_get_reference_value(env, reference, &callback);
  napi_get_undefined(env, &receiver);
  napi_create_double(env, status, &arguments[0]);
  napi_create_double(env, runs, &arguments[1]);
  napi_call_function(env, receiver, callback, 2, arguments, NULL);
  napi_close_handle_scope(env, scope);
}

static void complete(napi_env env, napi_status status, void* data) {
  const Work* const work = data;
  call(env, work->callback, status, work->runs);
}

static Work* work_of(napi_env env, napi_callback_info info, napi_value* arguments, size_t most) {
  Work* work;
  napi_get_cb_info(env, info, &most, arguments, NULL, NULL);
  napi_get_value_external(env, arguments[0], (void**)&work);
  return work;
}

// make(callback): the callback gets the status and how often it has run.
static napi_value make(napi_env env, napi_callback_info info) {
  size_t arguments = 1;
  napi_value callback;
  napi_value name;
  napi_value external;
  Work* const work = calloc(1, sizeof *work);
  napi_get_cb_info(env, info, &arguments, &callback, NULL, NULL);
  napi_create_reference(env, callback, 1, &work->callback);
  napi_create_string_utf8(env, "work", 4, &name);
  if (create_work(env, NULL, name, execute, complete, work, &work->work) != napi_ok) abort();
  napi_create_external(env, work, NULL, NULL, &external);
  return external;
}

// queue(work, bytes, how)
static napi_value queue(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  double bytes;
  Work* const work = work_of(env, info, arguments, 3);
  napi_get_value_double(env, arguments[1], &bytes);
  napi_get_value_uint32(env, arguments[2], &work->how);
  work->bytes = (size_t)bytes;
  if (queue_work(env, work->work) != napi_ok) abort();
  return NULL;
}

// cancel(work) and drop(work) return the status.
static napi_value status_of(napi_env env, napi_status status) {
  napi_value value;
  napi_create_uint32(env, status, &value);
  return value;
}
static napi_value cancel(napi_env env, napi_callback_info info) {
  napi_value argument;
  const napi_status status = napi_cancel_async_work(env, work_of(env, info, &argument, 1)->work);
  __atomic_store_n(&has_cancelled, 1, __ATOMIC_RELEASE);
  return status_of(env, status);
}
static napi_value drop(napi_env env, napi_callback_info info) {
  napi_value argument;
  return status_of(env, napi_delete_async_work(env, work_of(env, info, &argument, 1)->work));
}

// The same by libuv.
typedef struct {
  uv_work_t request;
  napi_env env;
  napi_ref callback;
  size_t bytes;
} Request;

static void on_request(uv_work_t* request) {
  in_request(((Request*)request->data)->bytes);
}
static void after_request(uv_work_t* request, int status) {
  const Request* const own = request->data;
  in_request_end(own->bytes);
  call(own->env, own->callback, status, request == &own->request);
}

// request(bytes, callback)
static napi_value request(napi_env env, napi_callback_info info) {
  size_t most = 2;
  napi_value arguments[2];
  double bytes;
  uv_loop_t* loop;
  Request* const own = calloc(1, sizeof *own);
  napi_get_cb_info(env, info, &most, arguments, NULL, NULL);
  napi_get_value_double(env, arguments[0], &bytes);
  napi_create_reference(env, arguments[1], 1, &own->callback);
  napi_get_uv_event_loop(env, &loop);
  own->env = env;
  own->bytes = (size_t)bytes;
  own->request.data = own;
  if (uv_queue_work(loop, &own->request, on_request, after_request) != 0) abort();
  return NULL;
}

// listen(callback, most): threads can have it called from then on. `most` calls have room in the queue.
static napi_value start_listening(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_value name;
  uint32_t most;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_value_uint32(env, arguments[1], &most);
  napi_create_string_utf8(env, "listener", 8, &name);
  if (napi_create_threadsafe_function(env, arguments[0], NULL, name, most, 1, NULL, NULL, &listener,
                                      on_call, &listener) != napi_ok) {
    abort();
  }
  return NULL;
}

// unlisten() ends that, when all calls are done; abandon() drops those that are not.
static napi_value unlisten(napi_env env, napi_callback_info info) {
  (void)info;
  return status_of(env, napi_release_threadsafe_function(listener, napi_tsfn_release));
}
static napi_value abandon(napi_env env, napi_callback_info info) {
  (void)info;
  return status_of(env, napi_release_threadsafe_function(listener, napi_tsfn_abort));
}
// How many calls were dropped, each with its own data.
static napi_value count_cleaned(napi_env env, napi_callback_info info) {
  napi_value value;
  (void)info;
  napi_create_int32(env, cleaned, &value);
  return value;
}

// callThread(bytes): a thread that is made here has the listener called.
static napi_value call_thread(napi_env env, napi_callback_info info) {
  size_t most = 1;
  napi_value argument;
  double bytes;
  static size_t of_each[64];
  static int threads = 0;
  pthread_t thread;
  napi_get_cb_info(env, info, &most, &argument, NULL, NULL);
  napi_get_value_double(env, argument, &bytes);
  of_each[threads] = (size_t)bytes;
  if (pthread_create(&thread, NULL, call_in_thread, &of_each[threads++]) != 0) abort();
  pthread_detach(thread);
  return NULL;
}

// callMany(count): the listener is called so often, before it returns once.
static napi_value call_many(napi_env env, napi_callback_info info) {
  size_t most = 1;
  napi_value argument;
  int32_t many;
  napi_get_cb_info(env, info, &most, &argument, NULL, NULL);
  napi_get_value_int32(env, argument, &many);
  for (int32_t number = 0; number < many; ++number) call_listener(0, number);
  return NULL;
}

static void* work_in_new_thread(void* data) {
  in_new_thread(*(size_t*)data);
  return NULL;
}

static size_t bytes_of(napi_env env, napi_callback_info info) {
  size_t most = 1;
  napi_value argument;
  double bytes = 0;
  napi_get_cb_info(env, info, &most, &argument, NULL, NULL);
  napi_get_value_double(env, argument, &bytes);
  return (size_t)bytes;
}

// thread(bytes) makes a thread and joins it.
static napi_value thread(napi_env env, napi_callback_info info) {
  run(work_in_new_thread, bytes_of(env, info));
  return NULL;
}

// A thread that waits for work at a pipe, of which the tracker sees nothing.
static int pipes[2][2];
static void* work_when_read(void* data) {
  (void)data;
  size_t bytes;
  while (read(pipes[0][0], &bytes, sizeof bytes) == sizeof bytes) {
    in_reading_thread(bytes);
    if (listener != NULL) call_listener(bytes, (int)(bytes >> 20));
    if (write(pipes[1][1], "", 1) != 1) abort();
  }
  return NULL;
}

static void start(void* (*function)(void*)) {
  pthread_t made;
  if (pthread_create(&made, NULL, function, NULL) != 0) abort();
  pthread_detach(made);
}

// Makes the threads that stay.
static napi_value stay(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  if (pipe(pipes[0]) != 0 || pipe(pipes[1]) != 0) abort();
  start(work_when_woken);
  start(work_when_read);
  if (stay_in_std_thread != NULL) stay_in_std_thread(in_woken_std_thread);
  return NULL;
}

// tell(bytes) has the thread at the pipe work, and wake_now(bytes) the other one.
static napi_value tell(napi_env env, napi_callback_info info) {
  const size_t bytes = bytes_of(env, info);
  char answer;
  if (write(pipes[0][1], &bytes, sizeof bytes) != sizeof bytes) abort();
  if (read(pipes[1][0], &answer, 1) != 1) abort();
  return NULL;
}
static napi_value wake_now(napi_env env, napi_callback_info info) {
  wake(bytes_of(env, info));
  return NULL;
}

static void export(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

NAPI_MODULE_INIT() {
  void* const program = dlopen(NULL, RTLD_LAZY);
  free(malloc(100));
  const int finds = getenv("FINDS_BY_DLSYM") != NULL;
  create_work = finds ? dlsym(program, "napi_create_async_work") : napi_create_async_work;
  queue_work = finds ? dlsym(program, "napi_queue_async_work") : napi_queue_async_work;
  export(env, exports, "make", make);
  export(env, exports, "queue", queue);
  export(env, exports, "cancel", cancel);
  export(env, exports, "drop", drop);
  export(env, exports, "request", request);
  export(env, exports, "thread", thread);
  export(env, exports, "stay", stay);
  export(env, exports, "tell", tell);
  export(env, exports, "wake", wake_now);
  export(env, exports, "listen", start_listening);
  export(env, exports, "unlisten", unlisten);
  export(env, exports, "abandon", abandon);
  export(env, exports, "countCleaned", count_cleaned);
  export(env, exports, "callThread", call_thread);
  export(env, exports, "callMany", call_many);
  return exports;
}
