#include "heap_verify.h"

#include "napi_values.h"

namespace stageprof {

namespace {

// A collection between the readings makes the used heap fall; two in a row are unlikely.
constexpr int kAttempts = 5;

bool Call(napi_env env, napi_value function, napi_value* result) {
  napi_value undefined;
  return napi_get_undefined(env, &undefined) == napi_ok &&
         napi_call_function(env, undefined, function, 0, nullptr, result) == napi_ok;
}

// An exception that a function threw must not reach the program.
void ClearException(napi_env env) {
  bool is_pending = false;
  napi_value exception;
  if (napi_is_exception_pending(env, &is_pending) == napi_ok && is_pending) {
    napi_get_and_clear_last_exception(env, &exception);
  }
}

struct Statistics {
  double used;
  double external;
  double physical;
};

bool CallForStatistics(napi_env env, napi_value function, Statistics* statistics) {
  napi_value result;
  if (Call(env, function, &result) && GetNumber(env, result, "used_heap_size", &statistics->used) &&
      GetNumber(env, result, "external_memory", &statistics->external) &&
      GetNumber(env, result, "total_physical_size", &statistics->physical)) {
    return true;
  }
  ClearException(env);
  return false;
}

bool LiesBetween(double value, double before, double after) {
  return before <= value && value <= after;
}

bool AgreesOnBackingStores(napi_env env, const size_t* word, napi_value function, double* bytes) {
  const double before = BackingStores::ReadWord(word);
  napi_value result;
  if (!Call(env, function, &result) || napi_get_value_double(env, result, bytes) != napi_ok) {
    ClearException(env);
    return false;
  }
  const double after = BackingStores::ReadWord(word);
  // Another thread may be freeing what the last collection found dead.
  return before < after ? LiesBetween(*bytes, before, after) : LiesBetween(*bytes, after, before);
}

// One agreement may be chance, so the word must also follow when an ArrayBuffer is made.
bool IsBackingStores(napi_env env, const size_t* word, napi_value function) {
  constexpr size_t kProbeBytes = 12'345;
  double before;
  double after;
  void* data;
  napi_value probe;
  return AgreesOnBackingStores(env, word, function, &before) &&
         napi_create_arraybuffer(env, kProbeBytes, &data, &probe) == napi_ok &&
         AgreesOnBackingStores(env, word, function, &after) && after == before + kProbeBytes;
}

}  // namespace

const char* VerifyHeap(napi_env env, V8Heap* heap, napi_value get_heap_statistics) {
  heap->set_verified(false);
  if (heap->failure()) return heap->failure().reason();
  const char* reason = nullptr;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    heap->Read();
    const double used_before = heap->used_bytes();
    const double external_before = heap->external_bytes();
    const double physical_before = heap->physical_bytes();
    Statistics told = {};
    if (!CallForStatistics(env, get_heap_statistics, &told)) {
      return "getHeapStatistics did not return used_heap_size, external_memory and "
             "total_physical_size";
    }
    heap->Read();
    // The call itself allocates, so its value must lie between the two readings of the same word.
    if (!LiesBetween(told.used, used_before, heap->used_bytes())) {
      reason = "used_heap_size is not where this addon reads it";
    } else if (!LiesBetween(told.external, external_before, heap->external_bytes())) {
      reason = "external_memory is not where this addon reads it";
    } else if (!LiesBetween(told.physical, physical_before, heap->physical_bytes())) {
      reason = "total_physical_size is not where this addon reads it";
    } else {
      heap->set_verified(true);
      return nullptr;
    }
  }
  return reason;
}

void FindBackingStores(napi_env env, BackingStores* stores, napi_value get_array_buffers) {
  stores->set_verified(nullptr);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    for (size_t word = BackingStores::kFirstWord; word <= BackingStores::kLastWord; ++word) {
      const size_t* const candidate = stores->candidate(word);
      if (candidate != nullptr && IsBackingStores(env, candidate, get_array_buffers)) {
        return stores->set_verified(candidate);
      }
    }
  }
}

}  // namespace stageprof
