#ifndef STAGEPROF_ADDON_RECORDER_HANDLE_H_
#define STAGEPROF_ADDON_RECORDER_HANDLE_H_

#include <node_api.h>

#include "../recorder/recorder_file.h"
#include "../recorder/recorder_writer.h"
#include "environment.h"

namespace stageprof {

// A recorder as JS holds it: an object of functions, each with the handle as its data, and any
// number of ArrayBuffers over parts of the mapping. The mapping goes with the last of these.
class RecorderHandle {
 public:
  // Returns an object { expose, write, move, start, close }, or the errno as a number.
  static napi_value Open(napi_env env, Environment* environment, const char* path, uint64_t bytes);

  // Called when the environment ends while the recorder is open: the file stays, and is marked as
  // ended. It does nothing in a forked child, which does not have the mapping.
  void Abandon();

  // Links of the environment's list of open recorders.
  RecorderHandle* previous = nullptr;
  RecorderHandle* next = nullptr;

 private:
  static napi_value Expose(napi_env env, napi_callback_info info);
  static napi_value Write(napi_env env, napi_callback_info info);
  static napi_value Move(napi_env env, napi_callback_info info);
  static napi_value Start(napi_env env, napi_callback_info info);
  static napi_value CloseCalled(napi_env env, napi_callback_info info);
  static void OnFunctionGone(napi_env env, void* data, void* hint);
  static void OnBufferGone(napi_env env, void* data, void* hint);

  bool AddFunction(napi_env env, napi_value object, const char* name, napi_callback callback);
  int AllocatePositions(const double* positions);
  void Close(MappedParts::Look look);
  void MarkEnded();
  void AddToStarted();
  void RemoveFromStarted();
  static void OnExit();
  void Release();

  Environment* environment_ = nullptr;
  RecorderFile file_;
  RecorderWriter writer_;
  int owner_ = 0;  // process id
  RecorderHandle* next_started_ = nullptr;
  double* end_state_ = nullptr;
  bool is_open_ = false;
  int holders_ = 0;  // functions and buffers
};

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_RECORDER_HANDLE_H_
