#include "fold_functions.h"

#include "../accounting/fold.h"
#include "napi_values.h"
#include "sampler_handle.h"

namespace stageprof {

namespace {

// Null once the sampler is closed.
Fold* FoldOf(napi_env env, napi_callback_info info, size_t count, napi_value* arguments) {
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, arguments, nullptr, &data);
  return static_cast<SamplerHandle*>(data)->fold();
}

uint32_t Uint(napi_env env, napi_value value) {
  uint32_t number = UINT32_MAX;
  napi_get_value_uint32(env, value, &number);
  return number;
}

napi_value Enter(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  Fold* const fold = FoldOf(env, info, 2, arguments);
  if (fold != nullptr) fold->Enter(Uint(env, arguments[0]), Uint(env, arguments[1]));
  return nullptr;
}

napi_value Exit(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  Fold* const fold = FoldOf(env, info, 2, arguments);
  double inner_closed = 0;
  napi_get_value_double(env, arguments[1], &inner_closed);
  if (fold != nullptr) fold->Exit(Uint(env, arguments[0]), inner_closed);
  return nullptr;
}

napi_value Discard(napi_env env, napi_callback_info info) {
  napi_value position;
  Fold* const fold = FoldOf(env, info, 1, &position);
  if (fold != nullptr) fold->Discard(Uint(env, position));
  return nullptr;
}

template <void (Fold::*kDo)()>
napi_value Do(napi_env env, napi_callback_info info) {
  Fold* const fold = FoldOf(env, info, 0, nullptr);
  if (fold != nullptr) (fold->*kDo)();
  return nullptr;
}

// readPeaks(position, highest: Float64Array)
napi_value ReadPeaks(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  Fold* const fold = FoldOf(env, info, 2, arguments);
  size_t length = 0;
  double* const highest = Doubles(env, arguments[1], &length);
  if (fold != nullptr && highest != nullptr && length == fold->peak_count()) {
    fold->ReadPeaks(Uint(env, arguments[0]), highest);
  }
  return nullptr;
}

// addCall(position, cells: Float64Array)
napi_value AddCall(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  Fold* const fold = FoldOf(env, info, 2, arguments);
  size_t length = 0;
  double* const cells = Doubles(env, arguments[1], &length);
  if (fold != nullptr && cells != nullptr && length >= kSampleLength) fold->AddCall(cells);
  return nullptr;
}

// moveRows(cells: Float64Array)
napi_value MoveRows(napi_env env, napi_callback_info info) {
  napi_value argument;
  Fold* const fold = FoldOf(env, info, 1, &argument);
  size_t length = 0;
  double* const cells = Doubles(env, argument, &length);
  if (fold != nullptr && cells != nullptr) fold->MoveRows(cells, length);
  return nullptr;
}

napi_value PeakEntries(napi_env env, napi_callback_info info) {
  Fold* const fold = FoldOf(env, info, 0, nullptr);
  return Number(env, fold == nullptr ? 0 : static_cast<double>(fold->PeakEntries()));
}

}  // namespace

const FoldFunction kFoldFunctions[kFoldFunctionCount] = {
    {"enter", Enter},
    {"exit", Exit},
    {"discard", Discard},
    {"notePeaks", Do<&Fold::NotePeaks>},
    {"readPeaks", ReadPeaks},
    {"endAtWait", Do<&Fold::EndAtWait>},
    {"charge", Do<&Fold::Charge>},
    {"chargeUntilNow", Do<&Fold::ChargeUntilNow>},
    {"addCall", AddCall},
    {"moveRows", MoveRows},
    {"peakEntries", PeakEntries},
};

}  // namespace stageprof
