#include "heap_verify.h"

namespace stageprof {

namespace {

// A collection between the readings makes the used heap fall; two in a row are unlikely.
constexpr int kAttempts = 5;

bool GetNumber(napi_env env, napi_value object, const char* name, double* number) {
  napi_value value;
  return napi_get_named_property(env, object, name, &value) == napi_ok &&
         napi_get_value_double(env, value, number) == napi_ok;
}

// Calls the function; what it threw shall not reach the program.
bool CallForStatistics(napi_env env, napi_value function, double* used, double* external) {
  napi_value undefined;
  napi_value result;
  if (napi_get_undefined(env, &undefined) == napi_ok &&
      napi_call_function(env, undefined, function, 0, nullptr, &result) == napi_ok &&
      GetNumber(env, result, "used_heap_size", used) &&
      GetNumber(env, result, "external_memory", external)) {
    return true;
  }
  bool is_pending = false;
  napi_value exception;
  if (napi_is_exception_pending(env, &is_pending) == napi_ok && is_pending) {
    napi_get_and_clear_last_exception(env, &exception);
  }
  return false;
}

bool LiesBetween(double value, double before, double after) {
  return before <= value && value <= after;
}

}  // namespace

const char* VerifyHeap(napi_env env, V8Heap* heap, napi_value get_heap_statistics) {
  heap->set_verified(false);
  if (heap->failure) return heap->failure.reason();
  const char* reason = nullptr;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    heap->Read();
    const double used_before = heap->used_bytes();
    const double external_before = heap->external_bytes();
    double used = 0;
    double external = 0;
    if (!CallForStatistics(env, get_heap_statistics, &used, &external)) {
      return "getHeapStatistics did not return used_heap_size and external_memory";
    }
    heap->Read();
    // The call itself allocates, so between two readings of the same word its own must lie.
    if (!LiesBetween(used, used_before, heap->used_bytes())) {
      reason = "used_heap_size is not where this addon reads it";
    } else if (!LiesBetween(external, external_before, heap->external_bytes())) {
      reason = "external_memory is not where this addon reads it";
    } else {
      heap->set_verified(true);
      return nullptr;
    }
  }
  return reason;
}

}  // namespace stageprof
