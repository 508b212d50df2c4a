#include "recorder_handle.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <new>

#include "../recorder/recorder_layout.h"
#include "../support/lock.h"
#include "handle_functions.h"
#include "napi_values.h"

namespace stageprof {

namespace {

// The recorders of all threads to which readings are written. process.exit and an uncaught error
// end the process without ending its environments. Only exit(3) then tells such an end from a kill.
Lock lock;
RecorderHandle* first_started = nullptr;  // guarded by `lock`
bool hears_exit = false;                  // guarded by `lock`
pid_t started_by = 0;                     // whose `first_started` is

RecorderHandle* HandleOf(napi_env env, napi_callback_info info, size_t* count,
                         napi_value* arguments) {
  void* data = nullptr;
  napi_get_cb_info(env, info, count, arguments, nullptr, &data);
  return static_cast<RecorderHandle*>(data);
}

// Whole numbers up to 2^53, which covers every size of a file. Any other number becomes a size that
// no file has.
uint64_t SizeOf(napi_env env, napi_value value) {
  double number = -1;
  napi_get_value_double(env, value, &number);
  return number >= 0 && number <= 9007199254740991.0 ? static_cast<uint64_t>(number) : UINT64_MAX;
}

}  // namespace

napi_value RecorderHandle::Open(napi_env env, Environment* environment, const char* path,
                                uint64_t bytes) {
  RecorderHandle* handle = new (std::nothrow) RecorderHandle();
  if (handle == nullptr) return Number(env, ENOMEM);
  handle->environment_ = environment;
  environment->Hold();
  // Made before the file, because an object can be dropped without a trace.
  napi_value object = nullptr;
  const bool made = napi_create_object(env, &object) == napi_ok &&
                    handle->AddFunction(env, object, "expose", Expose) &&
                    handle->AddFunction(env, object, "write", Write) &&
                    handle->AddFunction(env, object, "move", Move) &&
                    handle->AddFunction(env, object, "start", Start) &&
                    handle->AddFunction(env, object, "close", CloseCalled);
  if (!made) {
    if (handle->holders_ == 0) {
      environment->Release();
      delete handle;
    }
    return nullptr;
  }
  const int error = handle->file_.Create(path, bytes);
  if (error != 0) return Number(env, error);
  handle->is_open_ = true;
  handle->owner_ = getpid();
  environment->AddRecorder(handle);
  return object;
}

bool RecorderHandle::AddFunction(napi_env env, napi_value object, const char* name,
                                 napi_callback callback) {
  return AddHandleFunction(env, object, name, callback, this, OnFunctionGone, &holders_);
}

// expose(offset, bytes): an ArrayBuffer over that part of the file, whose blocks are allocated;
// otherwise the errno, or kNoExternalBuffers
napi_value RecorderHandle::Expose(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  RecorderHandle* handle = HandleOf(env, info, &count, arguments);
  const uint64_t offset = SizeOf(env, arguments[0]);
  const uint64_t bytes = SizeOf(env, arguments[1]);
  const int error = handle->is_open_ ? handle->file_.Allocate(offset, bytes) : EBADF;
  if (error != 0) return Number(env, error);
  napi_value buffer = nullptr;
  ++handle->holders_;
  const napi_status status = napi_create_external_arraybuffer(env, handle->file_.at(offset), bytes,
                                                              OnBufferGone, handle, &buffer);
  if (status == napi_ok) return buffer;
  handle->Release();
  return Number(env, status == napi_no_external_buffers_allowed ? kNoExternalBuffers : ENOMEM);
}

// write(offset, bytes: Uint8Array): 0 or an errno
napi_value RecorderHandle::Write(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  RecorderHandle* handle = HandleOf(env, info, &count, arguments);
  const uint64_t offset = SizeOf(env, arguments[0]);
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env, arguments[1], nullptr, &length, &data, nullptr, nullptr) !=
      napi_ok) {
    return Number(env, EINVAL);
  }
  const int error = handle->is_open_ ? handle->file_.Allocate(offset, length) : EBADF;
  if (error == 0) memcpy(handle->file_.at(offset), data, length);
  return Number(env, error);
}

// move(path): 0 or an errno. The recorder then continues in a new file at that path.
napi_value RecorderHandle::Move(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  RecorderHandle* handle = HandleOf(env, info, &count, &argument);
  char path[PATH_MAX];
  size_t length = 0;
  if (napi_get_value_string_utf8(env, argument, path, sizeof path, &length) != napi_ok) {
    return Number(env, EINVAL);
  }
  if (length + 1 == sizeof path) return Number(env, ENAMETOOLONG);
  if (!handle->is_open_) return Number(env, EBADF);
  // A reading that is written after its part of the file was copied would be missing from the new
  // file.
  const RecorderWriter::Pause pause(&handle->writer_);
  return Number(env, handle->file_.Move(path));
}

// start(positions: Float64Array): 0, or the errno that prevents readings; see STAGEPROF_POSITIONS
napi_value RecorderHandle::Start(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  RecorderHandle* handle = HandleOf(env, info, &count, &argument);
  void* data = nullptr;
  size_t length = 0;
  napi_typedarray_type type = napi_int8_array;
  if (napi_get_typedarray_info(env, argument, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_float64_array || length != kPositionCount) {
    return Number(env, EINVAL);
  }
  if (!handle->is_open_ || handle->end_state_ != nullptr) return Number(env, EBADF);
  const auto* positions = static_cast<const double*>(data);
  const int error = handle->AllocatePositions(positions);
  if (error != 0) return Number(env, error);
  handle->end_state_ =
      reinterpret_cast<double*>(handle->file_.at(static_cast<uint64_t>(positions[kPositionState])));
  handle->AddToStarted();
  Environment* const environment = handle->environment_;
  return Number(
      env, handle->writer_.Start(env, &environment->sources()->v8_heap,
                                 environment->outside_sources(), handle->file_.at(0), positions));
}

int RecorderHandle::AllocatePositions(const double* positions) {
  const auto size = [positions](Position position) {
    return static_cast<uint64_t>(positions[position]);
  };
  constexpr Position kCounts[] = {
      kPositionReadingCount,  kPositionMomentCount,    kPositionModuleCount,
      kPositionModulesMissed, kPositionMappingsMissed, kPositionLiveMissed,
      kPositionTrackerBound,  kPositionState,          kPositionTimelineCount,
      kPositionTimelineWidth, kPositionCallSlots};
  int error = 0;
  for (const Position position : kCounts) {
    if (error == 0) error = file_.Allocate(size(position), sizeof(double));
  }
  if (error == 0)
    error = file_.Allocate(size(kPositionMoments), 2 * kMomentLength * sizeof(double));
  if (error == 0) {
    error = file_.Allocate(size(kPositionReadings),
                           size(kPositionReadingCapacity) * kReadingLength * sizeof(double));
  }
  if (error == 0 && size(kPositionTimelineCapacity) > 0) {
    error = file_.Allocate(size(kPositionTimeline),
                           size(kPositionTimelineCapacity) * kTimelineLength * sizeof(double));
  }
  if (error == 0) {
    error = file_.Allocate(size(kPositionModules),
                           size(kPositionModuleCapacity) * size(kPositionModuleBytes));
  }
  return error != 0 || size(kPositionReadingCapacity) > 0 ? error : EINVAL;
}

// close()
napi_value RecorderHandle::CloseCalled(napi_env env, napi_callback_info info) {
  size_t count = 0;
  HandleOf(env, info, &count, nullptr)->Close(MappedParts::Look::kWithinBudget);
  return nullptr;
}

void RecorderHandle::Close(MappedParts::Look look) {
  if (!is_open_ || getpid() != owner_) return;
  is_open_ = false;
  RemoveFromStarted();
  writer_.Stop(look);
  file_.Close();
  environment_->RemoveRecorder(this);
}

void RecorderHandle::Abandon() {
  if (!is_open_ || getpid() != owner_) return;
  writer_.WriteTeardown();
  MarkEnded();
  Close(MappedParts::Look::kNever);
}

void RecorderHandle::MarkEnded() {
  if (end_state_ != nullptr && *end_state_ == 0) *end_state_ = kEndedUnclosed;
}

void RecorderHandle::AddToStarted() {
  const Guard guard(&lock);
  next_started_ = first_started;
  first_started = this;
  started_by = getpid();
  if (!hears_exit) hears_exit = atexit(OnExit) == 0;
}

void RecorderHandle::RemoveFromStarted() {
  const Guard guard(&lock);
  RecorderHandle** link = &first_started;
  while (*link != nullptr && *link != this) link = &(*link)->next_started_;
  if (*link == this) *link = next_started_;
}

// Other threads may still run, and a lock that one of them holds may never be given back. In that
// case the end is not marked.
void RecorderHandle::OnExit() {
  // A forked child has the list, but may have given back what is in it.
  if (getpid() != started_by || !lock.TryTake()) return;
  for (RecorderHandle* handle = first_started; handle != nullptr; handle = handle->next_started_) {
    handle->writer_.WriteLast();
    handle->MarkEnded();
  }
  lock.GiveBack();
}

void RecorderHandle::OnFunctionGone(napi_env, void* data, void*) {
  static_cast<RecorderHandle*>(data)->Release();
}

void RecorderHandle::OnBufferGone(napi_env, void*, void* hint) {
  static_cast<RecorderHandle*>(hint)->Release();
}

void RecorderHandle::Release() {
  if (--holders_ != 0) return;
  // The recorder was dropped without being closed: the file keeps what was written so far.
  Abandon();
  environment_->Release();
  delete this;
}

}  // namespace stageprof
