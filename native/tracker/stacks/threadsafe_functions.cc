#include "threadsafe_functions.h"

#include <stddef.h>

#include <atomic>
#include <utility>

#include "../mapped_file.h"
#include "known_works.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// The types of node_api.h. Only pointers are passed on.
using Environment = void*;
using Value = void*;
using Status = int;
using Finalize = void (*)(Environment, void*, void*);
using CallJs = void (*)(Environment, Value, void*, void*);

struct {
  Status (*create)(Environment, Value, Value, Value, size_t, size_t, void*, Finalize, void*, CallJs,
                   void**);
  Status (*call)(void*, void*, int);
} real;

// What an addon wants to be called gets a function of the tracker in front of it. The addon's context has
// to stay as it is, since the addon may ask node for it. So the function itself says whom to call: there
// are some, each for one function of an addon. An addon has a few, which stay as long as the process.
constexpr size_t kCallbacks = 64;
std::atomic<CallJs> callbacks[kCallbacks];

void CallKnown(CallJs callback, Environment environment, Value function, void* context,
               void* data) {
  KnownWork* const work = WorkAt(data);
  if (work == nullptr) return callback(environment, function, context, data);
  {
    const RunningWork run(work->origin, RunOf(work), RunningWork::Caller::kNode);
    callback(environment, function, context, work->data);
  }
  GiveWorkBack(work);
}

template <size_t kIndex>
void CallInFront(Environment environment, Value function, void* context, void* data) {
  CallKnown(callbacks[kIndex].load(kRelaxed), environment, function, context, data);
}

template <size_t... kIndices>
struct Fronts {
  CallJs of[sizeof...(kIndices)] = {CallInFront<kIndices>...};
};
template <size_t... kIndices>
constexpr Fronts<kIndices...> MakeFronts(std::index_sequence<kIndices...>) {
  return {};
}
constexpr auto fronts = MakeFronts(std::make_index_sequence<kCallbacks>());

// Null where there is no more room.
CallJs FrontOf(CallJs callback) {
  for (size_t index = 0; index < kCallbacks; ++index) {
    CallJs seen = callbacks[index].load(kRelaxed);
    if (seen == nullptr && callbacks[index].compare_exchange_strong(seen, callback, kRelaxed)) {
      return fronts.of[index];
    }
    if (seen == callback) return fronts.of[index];
  }
  return nullptr;
}

bool IsFront(CallJs callback) {
  for (const CallJs front : fronts.of) {
    if (front == callback) return true;
  }
  return false;
}

// Where node keeps, in its object for the function, what it calls; 0 as long as that is not known. The
// object says so itself: only a call whose data will pass a function of the tracker may get other data.
std::atomic<size_t> callback_offset{0};

// The object's memory is not all that sanitizers know: it may be shorter than what is looked through.
__attribute__((no_sanitize("address", "thread"))) CallJs CallbackAt(const void* object,
                                                                    size_t offset) {
  return *reinterpret_cast<const CallJs*>(static_cast<const char*>(object) + offset);
}

void FindOffset(const void* object, CallJs front) {
  constexpr size_t kMostBytes = 1024;
  const auto start = reinterpret_cast<uintptr_t>(object);
  MappedRange range;
  if (start % sizeof(CallJs) != 0 || !FindMappedRange(start, &range)) return;
  const size_t most = range.end - start < kMostBytes ? range.end - start : kMostBytes;
  for (size_t offset = 0; offset + sizeof(CallJs) <= most; offset += sizeof(CallJs)) {
    if (CallbackAt(object, offset) != front) continue;
    callback_offset.store(offset, kRelaxed);
    return;
  }
}

Status Create(Environment environment, Value function, Value resource, Value name, size_t most,
              size_t threads, void* finalize_data, Finalize finalize, void* context,
              CallJs callback, void** result) {
  const CallJs front = callback == nullptr ? nullptr : FrontOf(callback);
  const Status status =
      real.create(environment, function, resource, name, most, threads, finalize_data, finalize,
                  context, front == nullptr ? callback : front, result);
  if (status == 0 && front != nullptr && callback_offset.load(kRelaxed) == 0) {
    FindOffset(*result, front);
  }
  return status;
}

KnownWork* WorkFor(const void* function, void* data) {
  const size_t offset = callback_offset.load(kRelaxed);
  if (offset == 0 || !IsFront(CallbackAt(function, offset))) return nullptr;
  const Origin origin = OriginOfCaller();
  KnownWork* const work = origin.IsKnown() ? TakeWork() : nullptr;
  if (work == nullptr) return nullptr;
  work->origin = origin;
  work->data = data;
  return work;
}

Status Call(void* function, void* data, int mode) {
  KnownWork* const work = WorkFor(function, data);
  const WaitForLock wait;
  const Status status = real.call(function, work == nullptr ? data : work, mode);
  if (status != 0 && work != nullptr) GiveWorkBack(work);
  return status;
}

}  // namespace

uint32_t FindThreadsafeFunctions(ReboundFunction* functions) {
  return FindReal("napi_create_threadsafe_function", &real.create, Create, &functions[0]) &&
                 FindReal("napi_call_threadsafe_function", &real.call, Call, &functions[1])
             ? kThreadsafeFunctions
             : 0;
}

}  // namespace stageprof_tracker
