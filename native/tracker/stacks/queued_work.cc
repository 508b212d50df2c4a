#include "queued_work.h"

#include "known_works.h"

namespace stageprof_tracker {

namespace {

// The types of node_api.h and uv.h. Only pointers are passed on.
using Environment = void*;
using Value = void*;
using Status = int;
using Execute = void (*)(Environment, void*);
using Complete = void (*)(Environment, Status, void*);
struct Request;
using Work = void (*)(Request*);
using AfterWork = void (*)(Request*, int);

struct {
  Status (*create)(Environment, Value, Value, Execute, Complete, void*, void**);
  Status (*remove)(Environment, void*);
  Status (*queue)(Environment, void*);
  int (*queue_request)(void*, Request*, Work, AfterWork);
} real;

void ExecuteKnown(Environment environment, void* data) {
  const auto* const work = static_cast<const KnownWork*>(data);
  const auto execute = reinterpret_cast<Execute>(work->execute);
  void* const own = work->data;
  const RunningWork run(work->origin, RunOf(work), RunningWork::Caller::kNode);
  execute(environment, own);
}

// The callback may delete the work.
void CompleteKnown(Environment environment, Status status, void* data) {
  const auto* const work = static_cast<const KnownWork*>(data);
  reinterpret_cast<Complete>(work->complete)(environment, status, work->data);
}

// Node calls neither the one nor the other with these arguments.
bool CanBeKnown(Execute execute, void** result) {
  return execute != nullptr && result != nullptr;
}

Status CreateWork(Environment environment, Value resource, Value name, Execute execute,
                  Complete complete, void* data, void** result) {
  KnownWork* const work = CanBeKnown(execute, result) ? TakeWork() : nullptr;
  if (work == nullptr) {
    return real.create(environment, resource, name, execute, complete, data, result);
  }
  work->origin = kNoOrigin;
  work->execute = reinterpret_cast<void*>(execute);
  work->complete = reinterpret_cast<void*>(complete);
  work->data = data;
  // Without a callback node does not enter the environment.
  const Status status = real.create(environment, resource, name, ExecuteKnown,
                                    complete == nullptr ? nullptr : CompleteKnown, work, result);
  if (status != 0) {
    GiveWorkBack(work);
  } else {
    // Where there is no room its origin stays unknown, and its entry taken.
    PutWork(*result, work);
  }
  return status;
}

Status DeleteWork(Environment environment, void* host) {
  KnownWork* const work = RemoveWork(host);
  const Status status = real.remove(environment, host);
  if (work != nullptr) GiveWorkBack(work);
  return status;
}

Status QueueWork(Environment environment, void* host) {
  KnownWork* const work = FindWork(host);
  if (work != nullptr) work->origin = OriginOfCaller();
  return real.queue(environment, host);
}

void WorkOnRequest(Request* request) {
  const KnownWork* const work = FindWork(request);
  const RunningWork run(work->origin, RunOf(work), RunningWork::Caller::kNode);
  reinterpret_cast<Work>(work->execute)(request);
}

// libuv calls this when the work is done and when it was cancelled. The callback may free the request
// or queue it again.
void AfterRequest(Request* request, int status) {
  KnownWork* const work = RemoveWork(request);
  const auto after = reinterpret_cast<AfterWork>(work->complete);
  if (after != nullptr) {
    // Nobody but the addon knows for whom it is called: libuv has no contexts.
    const RunningWork run(work->origin, RunOf(work), RunningWork::Caller::kLibuv);
    after(request, status);
  }
  GiveWorkBack(work);
}

int QueueRequest(void* loop, Request* request, Work execute, AfterWork after) {
  KnownWork* const work = execute != nullptr ? TakeWork() : nullptr;
  if (work == nullptr) return real.queue_request(loop, request, execute, after);
  work->execute = reinterpret_cast<void*>(execute);
  work->complete = reinterpret_cast<void*>(after);
  work->data = nullptr;
  if (!PutWork(request, work)) {
    GiveWorkBack(work);
    return real.queue_request(loop, request, execute, after);
  }
  work->origin = OriginOfCaller();
  const int status = real.queue_request(loop, request, WorkOnRequest, AfterRequest);
  if (status != 0 && RemoveWork(request) != nullptr) GiveWorkBack(work);
  return status;
}

}  // namespace

uint32_t FindQueueingFunctions(ReboundFunction* functions) {
  uint32_t count = 0;
  // All three or none: an entry that is made has to be found and given back.
  if (FindReal("napi_create_async_work", &real.create, CreateWork, &functions[0]) &&
      FindReal("napi_delete_async_work", &real.remove, DeleteWork, &functions[1]) &&
      FindReal("napi_queue_async_work", &real.queue, QueueWork, &functions[2])) {
    count = 3;
  }
  return FindReal("uv_queue_work", &real.queue_request, QueueRequest, &functions[count]) ? count + 1
                                                                                         : count;
}

}  // namespace stageprof_tracker
