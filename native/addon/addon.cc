// The table of exports and the checks of their arguments. TypeScript has validated what the user
// gave, so a TypeError from here is a defect of the package.
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <node_api.h>

#include "../accounting/fold_plan.h"
#include "../recorder/recorder_layout.h"
#include "../sources/account.h"
#include "../sources/isolate_heaps.h"
#include "../sources/rss_peak.h"
#include "../sources/rusage.h"
#include "../sources/sample_layout.h"
#include "../support/clocks.h"
#include "../support/parent_death.h"
#include "attach_functions.h"
#include "environment.h"
#include "heap_verify.h"
#include "module_list.h"
#include "napi_values.h"
#include "recorder_handle.h"
#include "sampler_handle.h"
#include "stack_functions.h"
#include "threads_value.h"

namespace stageprof {

namespace {

napi_value ThrowTypeError(napi_env env, const char* message) {
  napi_throw_type_error(env, nullptr, message);
  return nullptr;
}

template <size_t kCount>
napi_value Names(napi_env env, const char* const (&names)[kCount]) {
  napi_value list;
  if (napi_create_array_with_length(env, kCount, &list) != napi_ok) return nullptr;
  for (uint32_t index = 0; index < kCount; ++index) {
    napi_set_element(env, list, index, TextOrNull(env, names[index]));
  }
  return list;
}

// sampleLayout(): everything that TypeScript has a copy of, so that a test can compare the two:
// what a sample, an account, a reading of the recorder, the argument of its start() and a plan of
// folds consist of,
// the bits of the mask, and single numbers that cross the boundary
napi_value SampleLayout(napi_env env, napi_callback_info) {
#define STAGEPROF_NAME(enumerator, name) name,
  static constexpr const char* kSlots[] = {STAGEPROF_SLOTS(STAGEPROF_NAME)};
  static constexpr const char* kAccount[] = {STAGEPROF_ACCOUNT(STAGEPROF_NAME)};
  static constexpr const char* kReading[] = {STAGEPROF_READING(STAGEPROF_NAME)};
  static constexpr const char* kTimeline[] = {STAGEPROF_TIMELINE(STAGEPROF_NAME)
                                                  STAGEPROF_ACCOUNT(STAGEPROF_NAME)};
  static constexpr const char* kPositions[] = {STAGEPROF_POSITIONS(STAGEPROF_NAME)};
  static constexpr const char* kPlanNumbers[] = {STAGEPROF_PLAN_NUMBERS(STAGEPROF_NAME)};
  static constexpr const char* kPlanLists[] = {STAGEPROF_PLAN_LISTS(STAGEPROF_NAME)};
#undef STAGEPROF_NAME
  const char* const usage[] = {kSlots[kUsageSlots.first], kSlots[kUsageSlots.last]};
  napi_value layout;
  napi_value ranges;
  napi_value mask;
  napi_value boundary;
  napi_value exit;
  if (napi_create_object(env, &layout) != napi_ok || napi_create_object(env, &ranges) != napi_ok ||
      napi_create_object(env, &mask) != napi_ok || napi_create_object(env, &boundary) != napi_ok ||
      napi_create_object(env, &exit) != napi_ok) {
    return nullptr;
  }
  SetNumber(env, layout, "version", kLayoutVersion);
  SetProperty(env, layout, "slots", Names(env, kSlots));
  SetProperty(env, ranges, "usage", Names(env, usage));
  SetProperty(env, layout, "ranges", ranges);
  SetNumber(env, layout, "moduleCells", kModuleCells);
  SetNumber(env, layout, "liveCells", kLiveCells);
  SetNumber(env, layout, "waitedCell", kWaitedCell);
  SetNumber(env, layout, "mallocReadingsCell", kMallocReadingsCell);
  SetNumber(env, layout, "mallocSkippedCell", kMallocSkippedCell);
  SetNumber(env, layout, "sharedEntriesCell", kSharedEntriesCell);
  SetNumber(env, layout, "sampleLength", kSampleLength);
#define STAGEPROF_BIT(enumerator, name, bit) SetNumber(env, mask, name, enumerator);
  STAGEPROF_GROUPS(STAGEPROF_BIT)
#undef STAGEPROF_BIT
  SetProperty(env, layout, "mask", mask);
  SetProperty(env, layout, "account", Names(env, kAccount));
  SetNumber(env, layout, "accountFiles", kAccountFileCount);
  SetNumber(env, layout, "fileNameCells", kFileNameCells);
  SetProperty(env, layout, "reading", Names(env, kReading));
  SetProperty(env, layout, "timeline", Names(env, kTimeline));
  SetProperty(env, layout, "timelineStages", Number(env, kTimelineStages));
  SetProperty(env, layout, "positions", Names(env, kPositions));
  SetNumber(env, layout, "endedUnclosed", kEndedUnclosed);
  SetNumber(env, layout, "noExternalBuffers", kNoExternalBuffers);
  SetProperty(env, layout, "planNumbers", Names(env, kPlanNumbers));
  SetProperty(env, layout, "planLists", Names(env, kPlanLists));
#define STAGEPROF_CELL(enumerator, name, cell) SetNumber(env, boundary, name, enumerator);
  STAGEPROF_BOUNDARY(STAGEPROF_CELL)
#undef STAGEPROF_CELL
  SetProperty(env, layout, "boundary", boundary);
#define STAGEPROF_BIT(enumerator, name, bit) SetNumber(env, exit, name, enumerator);
  STAGEPROF_EXIT(STAGEPROF_BIT)
#undef STAGEPROF_BIT
  SetProperty(env, layout, "exit", exit);
  SetNumber(env, layout, "exitFlags", kExitFlags);
  return layout;
}

// samplerOpen(slots, mask, isPinned): { readEntry, readExit, readThreadUse, watchLoop, close,
// openFold, readAccount }. Pinned slots are never detached or resized; any others are checked at each sample.
napi_value SamplerOpen(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok) return nullptr;

  bool is_typed_array = false;
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  napi_is_typedarray(env, arguments[0], &is_typed_array);
  if (is_typed_array) {
    napi_get_typedarray_info(env, arguments[0], &type, &length, nullptr, nullptr, nullptr);
  }
  if (type != napi_float64_array || length != kSampleLength) {
    return ThrowTypeError(env, "Expected \"slots\" to be a Float64Array of the layout's length");
  }
  double mask = -1;
  napi_get_value_double(env, arguments[1], &mask);
  if (!(mask >= 0 && mask <= kMaskAll) || mask != static_cast<uint32_t>(mask)) {
    return ThrowTypeError(env, "Expected \"mask\" to be a sum of mask bits");
  }
  Environment* environment = Environment::Of(env);
  // The result is undefined where there is no memory, or where the worker is being terminated.
  if (environment == nullptr) return nullptr;
  bool is_pinned = false;
  napi_get_value_bool(env, arguments[2], &is_pinned);
  return SamplerHandle::Open(env, environment,
                             {arguments[0], static_cast<uint32_t>(mask), is_pinned});
}

// recorderOpen(path, bytes): { expose, write, move, start, close }, or the errno
napi_value RecorderOpen(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok) return nullptr;
  char path[4096];
  size_t length = 0;
  double bytes = 0;
  if (napi_get_value_string_utf8(env, arguments[0], path, sizeof path, &length) != napi_ok ||
      napi_get_value_double(env, arguments[1], &bytes) != napi_ok || !(bytes > 0 && bytes < 1e15)) {
    return ThrowTypeError(env, "Expected a path and a positive number of bytes");
  }
  if (length == sizeof path - 1) return Number(env, ENAMETOOLONG);
  Environment* environment = Environment::Of(env);
  if (environment == nullptr) return nullptr;
  return RecorderHandle::Open(env, environment, path, static_cast<uint64_t>(bytes));
}

// heapVerify(getHeapStatistics, getArrayBuffers): null, or why the JS slots will be NaN. It must
// come before the first samplerOpen, since it does not change samplers that are open.
napi_value HeapVerify(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value functions[2];
  if (napi_get_cb_info(env, info, &count, functions, nullptr, nullptr) != napi_ok) return nullptr;
  for (napi_value function : functions) {
    napi_valuetype type = napi_undefined;
    napi_typeof(env, function, &type);
    if (type != napi_function) return ThrowTypeError(env, "Expected two functions");
  }
  Environment* environment = Environment::Of(env);
  if (environment == nullptr) return nullptr;
  V8Heap* const heap = &environment->sources()->v8_heap;
  FindBackingStores(env, heap->backing_stores(), functions[1]);
  const char* const reason = VerifyHeap(env, heap, functions[0]);
  if (heap->verified()) AddIsolateHeap(heap);
  return TextOrNull(env, reason);
}

// heapWatch(getHeapStatistics, getArrayBuffers): like heapVerify; if the heap can be read, it is
// published for other threads as long as this one lives.
napi_value HeapWatched(napi_env env, napi_callback_info info) {
  napi_value const reason = HeapVerify(env, info);
  Environment* environment = Environment::Of(env);
  if (environment != nullptr && environment->sources()->v8_heap.verified()) {
    environment->WatchHeap(env);
  }
  return reason;
}

// Adds to an object what a source tells of its state.
struct StateTeller {
  napi_env env;
  napi_value object;

  void operator()(const char* name, const char* text) const { SetText(env, object, name, text); }
  void operator()(const char* name, double number) const { SetNumber(env, object, name, number); }
  void operator()(const char* name, bool flag) const { SetFlag(env, object, name, flag); }
};

// sourcesRead(): an object { failure, ... } for each source, by its name. The failure is null, or
// why the source cannot be read; the rest is what its TellState tells.
napi_value SourcesRead(napi_env env, napi_callback_info) {
  Environment* environment = Environment::Of(env);
  napi_value sources;
  if (environment == nullptr || napi_create_object(env, &sources) != napi_ok) return nullptr;
  environment->sources()->ForEach([&](const char* name, const auto& source) {
    napi_value state;
    if (napi_create_object(env, &state) != napi_ok) return;
    SetText(env, state, "failure", source.reason());
    source.TellState(StateTeller{env, state});
    SetProperty(env, sources, name, state);
  });
  return sources;
}

// rssPeakRead(): the resident peak of the process since it started, in bytes; NaN where it cannot
// be read
napi_value RssPeakRead(napi_env env, napi_callback_info) {
  Environment* environment = Environment::Of(env);
  if (environment == nullptr) return nullptr;
  return Number(env, ReadLifetimePeakRssBytes(&environment->sources()->status));
}

// modulesRead(): the paths of the modules, one for each cell of a sample, followed by those that
// share the last cell; null without the tracker
napi_value ModulesRead(napi_env env, napi_callback_info) {
  Environment* environment = Environment::Of(env);
  if (environment == nullptr) return nullptr;
  TrackerClient& tracker = environment->sources()->tracker;
  return tracker.failure() ? TextOrNull(env, nullptr) : MakeModuleList(env, &tracker);
}

// wallRead(): CLOCK_MONOTONIC in nanoseconds. No program can replace it.
napi_value WallRead(napi_env env, napi_callback_info) {
  return Number(env, ReadWallNs());
}

// threadCpuRead(): CPU time of the calling thread in nanoseconds
napi_value ThreadCpuRead(napi_env env, napi_callback_info) {
  return Number(env, ReadClockNs(CLOCK_THREAD_CPUTIME_ID));
}

// rusageChildrenRead(): { cpuNs, peakRssBytes }
napi_value RusageChildrenRead(napi_env env, napi_callback_info) {
  napi_value children;
  if (napi_create_object(env, &children) != napi_ok) return nullptr;
  const ChildrenUsage usage = ReadChildrenUsage();
  SetNumber(env, children, "cpuNs", usage.cpu_ns);
  SetNumber(env, children, "peakRssBytes", usage.peak_rss_bytes);
  return children;
}

// parentDeathFollow(parentPid): whether this process is killed when that parent ends. Call it on
// the main thread.
napi_value ParentDeathFollow(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok) return nullptr;
  double pid = 0;
  napi_get_value_double(env, argument, &pid);
  if (!(pid >= 1 && pid <= INT_MAX) || pid != static_cast<pid_t>(pid)) {
    return ThrowTypeError(env, "Expected \"parentPid\" to be the id of a process");
  }
  return Boolean(env, EndWithParent(static_cast<pid_t>(pid)));
}

constexpr struct {
  const char* name;
  napi_callback callback;
} kExports[] = {
    {"sampleLayout", SampleLayout},
    {"samplerOpen", SamplerOpen},
    {"recorderOpen", RecorderOpen},
    {"heapVerify", HeapVerify},
    {"heapWatch", HeapWatched},
    {"sourcesRead", SourcesRead},
    {"modulesRead", ModulesRead},
    {"rssPeakRead", RssPeakRead},
    {"wallRead", WallRead},
    {"threadCpuRead", ThreadCpuRead},
    {"rusageChildrenRead", RusageChildrenRead},
    {"threadsRead", ThreadsRead},
    {"threadClocksRead", ThreadClocksRead},
    {"parentDeathFollow", ParentDeathFollow},
    {"sitesMissing", SitesMissing},
    {"sitesKeep", SitesKeep},
    {"sitesRead", SitesRead},
    {"sitesBegin", SitesBegin},
    {"sitesEnd", SitesEnd},
    {"threadStacksStart", ThreadStacksStart},
    {"threadStacksStop", ThreadStacksStop},
    {"threadStacksRead", ThreadStacksRead},
    {"stageOpenings", StageOpenings},
    {"stackStageFind", StackStageFind},
    {"stackStageWord", StackStageWord},
    {"trackerAttach", TrackerAttach},
    {"trackerRebind", TrackerRebind},
    {"trackerDetach", TrackerDetach},
    {"trackerRead", TrackerRead},
    {"trackerStacks", TrackerStacks},
    {"sourcesClose", SourcesClose},
};

}  // namespace

}  // namespace stageprof

NAPI_MODULE_INIT() {
  if (stageprof::Environment::Create(env) == nullptr) return nullptr;
  for (const auto& entry : stageprof::kExports) {
    napi_value function;
    if (napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.callback, nullptr,
                             &function) != napi_ok ||
        napi_set_named_property(env, exports, entry.name, function) != napi_ok) {
      return nullptr;
    }
  }
  return exports;
}
