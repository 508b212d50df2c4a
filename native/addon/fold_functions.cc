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

// The same of a function without arguments, in fewer instructions.
Fold* FoldOf(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  return static_cast<SamplerHandle*>(data)->fold();
}

uint32_t Uint(napi_env env, napi_value value) {
  uint32_t number = UINT32_MAX;
  napi_get_value_uint32(env, value, &number);
  return number;
}

napi_value Discard(napi_env env, napi_callback_info info) {
  napi_value position;
  Fold* const fold = FoldOf(env, info, 1, &position);
  if (fold != nullptr) fold->Discard(Uint(env, position));
  return nullptr;
}

template <void (Fold::*kDo)()>
napi_value Do(napi_env env, napi_callback_info info) {
  Fold* const fold = FoldOf(env, info);
  if (fold != nullptr) (fold->*kDo)();
  return nullptr;
}

// A function of a position and of an array for the call there.
struct PositionAndCells {
  PositionAndCells(napi_env env, napi_callback_info info) {
    napi_value arguments[2];
    fold = FoldOf(env, info, 2, arguments);
    position = Uint(env, arguments[0]);
    cells = Doubles(env, arguments[1], &length);
  }

  Fold* fold;
  uint32_t position;
  double* cells;  // null for anything else than a Float64Array
  size_t length = 0;
};

// readPeaks(position, highest: Float64Array)
napi_value ReadPeaks(napi_env env, napi_callback_info info) {
  const PositionAndCells call(env, info);
  if (call.fold != nullptr && call.cells != nullptr && call.length == call.fold->peak_count()) {
    call.fold->ReadPeaks(call.position, call.cells);
  }
  return nullptr;
}

// addCall(position, cells: Float64Array)
napi_value AddCall(napi_env env, napi_callback_info info) {
  const PositionAndCells call(env, info);
  if (call.fold != nullptr && call.cells != nullptr && call.length >= kSampleLength) {
    call.fold->AddCall(call.position, call.cells);
  }
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
  Fold* const fold = FoldOf(env, info);
  return Number(env, fold == nullptr ? 0 : static_cast<double>(fold->PeakEntries()));
}

}  // namespace

const FoldFunction kFoldFunctions[kFoldFunctionCount] = {
    {"enter", Do<&Fold::Enter>},   {"exit", Do<&Fold::Exit>},
    {"discard", Discard},          {"notePeaks", Do<&Fold::NotePeaks>},
    {"readPeaks", ReadPeaks},      {"endAtWait", Do<&Fold::EndAtWait>},
    {"charge", Do<&Fold::Charge>}, {"chargeUntilNow", Do<&Fold::ChargeUntilNow>},
    {"addCall", AddCall},          {"moveRows", MoveRows},
    {"peakEntries", PeakEntries},
};

}  // namespace stageprof
