#include "threads_value.h"

#include "../support/clocks.h"
#include "../support/thread_id.h"
#include "../threads/js_threads.h"
#include "../threads/threads.h"
#include "napi_values.h"

namespace stageprof {

namespace {

const char* NameOf(Waits waits) {
  switch (waits) {
    case Waits::kForEvents:
      return "events";
    case Waits::kForMemory:
      return "memory";
    default:
      return nullptr;
  }
}

napi_value ThreadList(napi_env env, const Threads& threads, bool tells_apart) {
  napi_value list;
  if (napi_create_array_with_length(env, threads.count(), &list) != napi_ok) return nullptr;
  const int32_t calling = ThisThreadId();
  for (size_t index = 0; index < threads.count(); ++index) {
    const Thread& thread = threads[index];
    napi_handle_scope scope;
    napi_value object;
    if (napi_open_handle_scope(env, &scope) != napi_ok) return nullptr;
    if (napi_create_object(env, &object) == napi_ok) {
      SetNumber(env, object, "id", thread.id);
      SetNumber(env, object, "cpuNs", thread.cpu_ns);
      if (tells_apart) {
        SetText(env, object, "name", thread.name);
        SetFlag(env, object, "isCalling", thread.id == calling);
        SetFlag(env, object, "isJs", IsJsThread(thread.id));
        SetText(env, object, "waitsFor", NameOf(thread.waits));
        // Addresses of a process have 47 bits, or 52 with the largest pages: a double holds them
        // exactly.
        SetNumber(env, object, "waitsAt", static_cast<double>(thread.waits_at));
        SetFlag(env, object, "waitsInLibuv", thread.waits_in_libuv);
      }
      napi_set_element(env, list, static_cast<uint32_t>(index), object);
    }
    napi_close_handle_scope(env, scope);
  }
  return list;
}

napi_value EndedList(napi_env env, const EndedThread* ended, size_t count) {
  napi_value list;
  if (napi_create_array_with_length(env, count, &list) != napi_ok) return nullptr;
  for (size_t index = 0; index < count; ++index) {
    napi_value object;
    if (napi_create_object(env, &object) != napi_ok) return nullptr;
    SetNumber(env, object, "id", ended[index].id);
    SetNumber(env, object, "cpuNs", ended[index].cpu_ns);
    napi_set_element(env, list, static_cast<uint32_t>(index), object);
  }
  return list;
}

napi_value Read(napi_env env, bool tells_apart) {
  napi_value reading;
  if (napi_create_object(env, &reading) != napi_ok) return nullptr;
  Threads threads;
  // The process's clock is read on both sides, because threads go on running while their clocks are
  // read one by one.
  const double before_ns = ReadClockNs(CLOCK_PROCESS_CPUTIME_ID);
  tells_apart ? threads.Read() : threads.ReadClocks();
  const double after_ns = ReadClockNs(CLOCK_PROCESS_CPUTIME_ID);
  SetText(env, reading, "failure", threads.failure().reason());
  SetNumber(env, reading, "processBeforeNs", before_ns);
  SetNumber(env, reading, "processAfterNs", after_ns);
  SetProperty(env, reading, "threads", ThreadList(env, threads, tells_apart));
  EndedThread ended[kEndedThreads + 1];
  SetProperty(env, reading, "endedJs", EndedList(env, ended, CopyEndedJsThreads(ended)));
  return reading;
}

}  // namespace

napi_value ThreadsRead(napi_env env, napi_callback_info) {
  return Read(env, true);
}

napi_value ThreadClocksRead(napi_env env, napi_callback_info) {
  return Read(env, false);
}

}  // namespace stageprof
