// floorRun(stages, mallinfo2Use): makes the readings of that many stages; returns the number of
// mallinfo2 calls so far.
// caliperOpen(path), caliperBegin(label), caliperEnd(label): see caliper.h.
// freeChunksMake(count): see free_chunks.h.
// floorRead(): makes the readings of one end of a stage, with mallinfo2 within its budget.
// mappingsMake(count), wakingThreadStart(), idleThreadsStart(count): see crowd.h.
// mallocLoopRun(pairs, leastBytes, mostBytes, threads): see malloc_loop.h.
#include <node_api.h>

#include "caliper.h"
#include "crowd.h"
#include "floor.h"
#include "free_chunks.h"
#include "malloc_loop.h"

namespace {

// Only one thread loads this addon: that of a trial.
bench::Floor floor_;

template <size_t kCount>
void GetNumbers(napi_env env, napi_callback_info info, uint32_t (&numbers)[kCount]) {
  napi_value arguments[kCount];
  size_t count = kCount;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  for (size_t i = 0; i < kCount; ++i) napi_get_value_uint32(env, arguments[i], &numbers[i]);
}

napi_value Number(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

// A path is longer than a label, which is read at each boundary: so much and no more is cleared.
constexpr size_t kPathBytes = 4096;
constexpr size_t kLabelBytes = 64;

// The first argument; cut off where it is longer.
template <size_t kTextBytes>
void GetText(napi_env env, napi_callback_info info, char (&text)[kTextBytes]) {
  napi_value argument = nullptr;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_string_utf8(env, argument, text, sizeof text, nullptr);
}

napi_value CaliperOpen(napi_env env, napi_callback_info info) {
  char path[kPathBytes] = "";
  GetText(env, info, path);
  if (!bench::OpenCaliper(path)) napi_throw_error(env, nullptr, "Caliper cannot be loaded");
  return nullptr;
}

napi_value CaliperBegin(napi_env env, napi_callback_info info) {
  char label[kLabelBytes] = "";
  GetText(env, info, label);
  bench::BeginCaliperRegion(label);
  return nullptr;
}

napi_value CaliperEnd(napi_env env, napi_callback_info info) {
  char label[kLabelBytes] = "";
  GetText(env, info, label);
  bench::EndCaliperRegion(label);
  return nullptr;
}

// False, with an exception, where a reading cannot be made.
bool OpenFloor(napi_env env) {
  static const bool is_open = floor_.Open();
  if (!is_open) napi_throw_error(env, nullptr, floor_.failure());
  return is_open;
}

napi_value FloorRead(napi_env env, napi_callback_info) {
  if (OpenFloor(env)) floor_.ReadEnd();
  return nullptr;
}

napi_value FloorRun(napi_env env, napi_callback_info info) {
  if (!OpenFloor(env)) return nullptr;
  uint32_t numbers[2] = {};
  GetNumbers(env, info, numbers);
  floor_.Run(numbers[0], static_cast<bench::Mallinfo2Use>(numbers[1]));
  return Number(env, floor_.mallinfo2_calls());
}

napi_value FreeChunksMake(napi_env env, napi_callback_info info) {
  uint32_t numbers[1] = {};
  GetNumbers(env, info, numbers);
  return Number(env, static_cast<double>(bench::MakeFreeChunks(numbers[0])));
}

napi_value MallocLoopRun(napi_env env, napi_callback_info info) {
  uint32_t numbers[4] = {};
  GetNumbers(env, info, numbers);
  if (!bench::RunMallocLoop(numbers[0], numbers[1], numbers[2], numbers[3])) {
    napi_throw_error(env, nullptr, "a thread of the malloc loop cannot be made");
  }
  return nullptr;
}

napi_value MappingsMake(napi_env env, napi_callback_info info) {
  uint32_t numbers[1] = {};
  GetNumbers(env, info, numbers);
  return Number(env, bench::MakeMappings(numbers[0]));
}

napi_value WakingThreadStart(napi_env env, napi_callback_info) {
  if (!bench::StartWakingThread()) napi_throw_error(env, nullptr, "the thread cannot be made");
  return nullptr;
}

napi_value IdleThreadsStart(napi_env env, napi_callback_info info) {
  uint32_t numbers[1] = {};
  GetNumbers(env, info, numbers);
  if (!bench::StartIdleThreads(numbers[0])) {
    napi_throw_error(env, nullptr, "the threads cannot be made");
  }
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor exported[] = {
      {"caliperOpen", nullptr, CaliperOpen, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"caliperBegin", nullptr, CaliperBegin, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"caliperEnd", nullptr, CaliperEnd, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"floorRun", nullptr, FloorRun, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"floorRead", nullptr, FloorRead, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"idleThreadsStart", nullptr, IdleThreadsStart, nullptr, nullptr, nullptr, napi_default,
       nullptr},
      {"freeChunksMake", nullptr, FreeChunksMake, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"mappingsMake", nullptr, MappingsMake, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"wakingThreadStart", nullptr, WakingThreadStart, nullptr, nullptr, nullptr, napi_default,
       nullptr},
      {"mallocLoopRun", nullptr, MallocLoopRun, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, sizeof exported / sizeof *exported, exported);
  return exports;
}
