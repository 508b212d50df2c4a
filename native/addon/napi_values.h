#ifndef STAGEPROF_ADDON_NAPI_VALUES_H_
#define STAGEPROF_ADDON_NAPI_VALUES_H_

#include <node_api.h>

namespace stageprof {

// Each returns null where Node-API refuses: there is no memory, or the worker is being terminated.
inline napi_value Number(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

inline napi_value Boolean(napi_env env, bool truth) {
  napi_value value = nullptr;
  napi_get_boolean(env, truth, &value);
  return value;
}

inline napi_value TextOrNull(napi_env env, const char* text) {
  napi_value value = nullptr;
  if (text == nullptr) {
    napi_get_null(env, &value);
  } else {
    napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  }
  return value;
}

// Each leaves out a value that could not be made, and returns false then.
inline bool SetProperty(napi_env env, napi_value object, const char* name, napi_value value) {
  return value != nullptr && napi_set_named_property(env, object, name, value) == napi_ok;
}

inline bool SetNumber(napi_env env, napi_value object, const char* name, double number) {
  return SetProperty(env, object, name, Number(env, number));
}

inline bool SetText(napi_env env, napi_value object, const char* name, const char* text) {
  return SetProperty(env, object, name, TextOrNull(env, text));
}

inline bool SetFlag(napi_env env, napi_value object, const char* name, bool flag) {
  return SetProperty(env, object, name, Boolean(env, flag));
}

inline bool GetNumber(napi_env env, napi_value object, const char* name, double* number) {
  napi_value value;
  return napi_get_named_property(env, object, name, &value) == napi_ok &&
         napi_get_value_double(env, value, number) == napi_ok;
}

// The memory of a Float64Array and its length; null for anything else, and for an empty one.
inline double* Doubles(napi_env env, napi_value array, size_t* length) {
  void* data = nullptr;
  napi_typedarray_type type = napi_int8_array;
  const napi_status status =
      napi_get_typedarray_info(env, array, &type, length, &data, nullptr, nullptr);
  if (status != napi_ok || type != napi_float64_array || *length == 0) return nullptr;
  return static_cast<double*>(data);
}

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_NAPI_VALUES_H_
