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

// Recorders of all threads that readings are written to. process.exit and an error nobody catches end
// the process without an end of its environments: then exit(3) is all that tells them from a kill.
Lock lock;
RecorderHandle* first_started = nullptr;  // guarded by `lock`
bool hears_exit = false;                  // guarded by `lock`

RecorderHandle* HandleOf(napi_env env, napi_callback_info info, size_t* count,
                         napi_value* arguments) {
  void* data = nullptr;
  napi_get_cb_info(env, info, count, arguments, nullptr, &data);
  return static_cast<RecorderHandle*>(data);
}

// Whole numbers within 2^53, which all sizes of a file are; another gives a value that no file holds.
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
  // Before the file: what is made first can be taken back without a trace.
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

// expose(offset, bytes): an ArrayBuffer over that part of the file, whose blocks are there; else the
// errno, or kNoExternalBuffers
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

// move(path): 0 or an errno; the recorder then goes on in a new file there
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
  // A reading that is written after its part of the file was copied would not be in the new one.
  const RecorderWriter::Pause pause(&handle->writer_);
  return Number(env, handle->file_.Move(path));
}

// start(places: Float64Array): 0, or the errno for which no readings are taken; see STAGEPROF_PLACES
napi_value RecorderHandle::Start(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  RecorderHandle* handle = HandleOf(env, info, &count, &argument);
  void* data = nullptr;
  size_t length = 0;
  napi_typedarray_type type = napi_int8_array;
  if (napi_get_typedarray_info(env, argument, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_float64_array || length != kPlaceCount) {
    return Number(env, EINVAL);
  }
  if (!handle->is_open_ || handle->end_state_ != nullptr) return Number(env, EBADF);
  const auto* places = static_cast<const double*>(data);
  const int error = handle->AllocatePlaces(places);
  if (error != 0) return Number(env, error);
  handle->end_state_ =
      reinterpret_cast<double*>(handle->file_.at(static_cast<uint64_t>(places[kPlaceState])));
  handle->AddToStarted();
  Environment* const environment = handle->environment_;
  return Number(env,
                handle->writer_.Start(env, &environment->sources()->v8_heap,
                                      environment->outside_sources(), handle->file_.at(0), places));
}

int RecorderHandle::AllocatePlaces(const double* places) {
  const auto size = [places](Place place) { return static_cast<uint64_t>(places[place]); };
  constexpr Place kCounts[] = {kPlaceReadingCount,  kPlaceMomentCount,    kPlaceModuleCount,
                               kPlaceModulesMissed, kPlaceMappingsMissed, kPlaceTrackerBound,
                               kPlaceState};
  int error = 0;
  for (const Place place : kCounts) {
    if (error == 0) error = file_.Allocate(size(place), sizeof(double));
  }
  if (error == 0) error = file_.Allocate(size(kPlaceMoments), 2 * kMomentLength * sizeof(double));
  if (error == 0) {
    error = file_.Allocate(size(kPlaceReadings),
                           size(kPlaceReadingCapacity) * kReadingLength * sizeof(double));
  }
  if (error == 0) {
    error =
        file_.Allocate(size(kPlaceModules), size(kPlaceModuleCapacity) * size(kPlaceModuleBytes));
  }
  return error != 0 || size(kPlaceReadingCapacity) > 0 ? error : EINVAL;
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
  if (!hears_exit) hears_exit = atexit(OnExit) == 0;
}

void RecorderHandle::RemoveFromStarted() {
  const Guard guard(&lock);
  RecorderHandle** link = &first_started;
  while (*link != nullptr && *link != this) link = &(*link)->next_started_;
  if (*link == this) *link = next_started_;
}

// Other threads may still run, and a lock they hold would never be given back: then nothing is said.
void RecorderHandle::OnExit() {
  if (!lock.TryTake()) return;
  for (RecorderHandle* handle = first_started; handle != nullptr; handle = handle->next_started_) {
    if (handle->owner_ != getpid()) continue;
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
  // Forgotten without being closed: what stands in the file is as far as it got.
  Abandon();
  environment_->Release();
  delete this;
}

}  // namespace stageprof
