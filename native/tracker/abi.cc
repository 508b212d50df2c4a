// The table that the addon reads, and the constructor of the library.
#include "abi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "batch.h"
#include "bootstrap.h"
#include "counted.h"
#include "mappings.h"
#include "stacks/cpu_samples.h"
#include "stacks/cpu_threads.h"
#include "stacks/js_functions.h"
#include "stacks/outlived.h"
#include "stacks/sites.h"
#include "stacks/stack_stages.h"
#include "stacks/stack_tables.h"
#include "stacks/take_stack.h"
#include "windows.h"

namespace stageprof_tracker {

namespace {

void Read(int32_t window, StageprofTrackerReading* reading) {
  HandOver();
  int64_t live;
  int64_t peak;
  const Counts process = ReadCounts(&live, &peak);
  const int64_t window_peak = ExchangeWindow(window, live);
  BeginWindow(window, ReadLiveBytes());
  const Counts thread = ReadThreadCounts();
  *reading = {live,
              peak,
              window_peak,
              process.allocated_bytes,
              process.allocated_blocks,
              process.freed_bytes,
              process.freed_blocks,
              thread.allocated_bytes,
              thread.allocated_blocks,
              thread.freed_bytes,
              thread.freed_blocks};
}

int32_t OpenWindowNow() {
  HandOver();
  int64_t live;
  int64_t peak;
  ReadCounts(&live, &peak);
  const int32_t window = OpenWindow(live);
  BeginWindow(window, ReadLiveBytes());
  return window;
}

void ReadState(StageprofTrackerState* state) {
  const Threads threads = ReadThreads();
  *state = {threads.batching,     threads.batching_highest, threads.seen, tracks_modules ? 1u : 0u,
            CountMissedModules(), CountMissedMappings(),    failure};
}

int32_t ReadModuleForAddon(uint32_t index, StageprofTrackerModule* module) {
  ModuleReading reading;
  if (!ReadModule(index, &reading)) return -1;
  *module = {reading.name,         reading.allocated_bytes, reading.allocated_blocks,
             reading.mapped_bytes, reading.reserved_bytes,  reading.serves_malloc ? 1u : 0u};
  return 0;
}

uint32_t ReadModuleBytes(uint32_t most, StageprofTrackerModuleBytes* bytes) {
  // Asked once: there may be one more module at a second call.
  uint32_t count = CountModules();
  if (count > most) count = most;
  for (uint32_t module = 0; module < count; ++module) {
    bytes[module] = {ReadAllocatedBytes(module), ReadMappedBytes(module)};
  }
  return count;
}

uint32_t FindModuleForAddon(const void* address) {
  return ModuleOf(address);
}

int32_t ReadMappingForAddon(uint32_t* position, StageprofTrackerMapping* mapping) {
  Mapping live;
  if (!ReadMapping(position, &live)) return -1;
  *mapping = {live.start, live.bytes, live.module, live.is_file ? 1u : 0u};
  return 0;
}

void ReadLive(StageprofTrackerLive* live) {
  const LiveBlocks blocks = ReadLiveBlocks();
  *live = {SamplingRate(), blocks.missed, blocks.mapped_bytes};
}

uint32_t ReadLiveModules(uint32_t most, int64_t* bytes) {
  uint32_t count = CountModules();
  if (count > most) count = most;
  for (uint32_t module = 0; module < count; ++module) bytes[module] = ReadHeldBytes(module);
  return count;
}

int32_t ReadSiteForAddon(uint32_t index, StageprofTrackerSite* site) {
  Site read;
  if (!ReadSite(index, &read)) return -1;
  const SiteCounts& counts = read.counts;
  *site = {read.frames,
           read.count,
           read.stage,
           counts.allocated_blocks,
           counts.allocated_bytes,
           counts.live_blocks,
           counts.live_bytes,
           counts.peak_bytes};
  return 0;
}

int32_t ReadJsFunctionForAddon(uint32_t number, StageprofTrackerJsFunction* function) {
  JsFunction read;
  if (!ReadJsFunction(number, &read)) return -1;
  *function = {read.name.bytes, read.url.bytes, read.name.count,        read.url.count,
               read.line,       read.column,    read.is_named ? 1u : 0u};
  return 0;
}

void ReadJsFramesForAddon(StageprofTrackerJsFrames* frames) {
  const JsFrameCounts counts = ReadJsFrameCounts();
  *frames = {counts.known, counts.unknown};
}

// Why sampled blocks have no stacks; null where they have.
const char* BlockStacksMissing() {
  const StackTables* const tables = ReadStackTables();
  if (tables == nullptr || tables->rate != 0) return StacksMissing();
  return "STAGEPROF_TRACK_STACKS asks for stacks of CPU alone";
}

void ReadCpuSamples(StageprofTrackerCpuSamples* samples) {
  const CpuThreadCounts counts = ReadCpuThreadCounts();
  *samples = {CpuSamplesMissing(), static_cast<uint32_t>(CpuSignal()), counts.followed,
              counts.failed, counts.blocked};
}

void SetStageWordForAddon(const uint32_t* stage) {
  SetStageWord(reinterpret_cast<const std::atomic<uint32_t>*>(stage));
}

const void* ReadStackTablesForAddon(uint64_t* bytes) {
  const StackTables* const tables = ReadStackTables();
  *bytes = tables == nullptr ? 0 : sizeof *tables;
  return tables;
}

int32_t MoveStackTablesForAddon(int32_t descriptor) {
  return MoveStackTables(descriptor);
}

double* StageOpeningsForAddon(uint32_t* count) {
  *count = kMostStages;
  return StageOpenings();
}

void RebindForAddon(StageprofTrackerSlots* slots) {
  const ReboundSlots sums = RebindAll();
  *slots = {sums.rebound, sums.restored, sums.modules};
}

void DetachForAddon(StageprofTrackerSlots* slots) {
  const ReboundSlots sums = Detach();
  *slots = {sums.rebound, sums.restored, sums.modules};
}

uint32_t RefreshForAddon() {
  HandOver();
  return RefreshModules();
}

// Runs after libc's constructor, which makes the environment readable, and before those of the
// program. There is one thread, unless a constructor of another preloaded library has started more.
// malloc has been called already.
__attribute__((constructor)) void Open() {
  // strtoull sets it for a number that is too large. main must find it as the loader left it.
  const int error = errno;
  const char* modules = getenv("STAGEPROF_TRACK_MODULES");
  const char* rate = getenv("STAGEPROF_TRACK_LIVE");
  const bool tracks = modules != nullptr && modules[0] == '1' && modules[1] == '\0';
  // Finds the next functions, if no call has done so yet.
  next.free(next.malloc(1));
  // Before the first block is charged to a module.
  const char* stacks = getenv("STAGEPROF_TRACK_STACKS");
  const bool wants_stacks = stacks != nullptr && stacks[0] == '1' && stacks[1] == '\0';
  OpenSampling(tracks && rate != nullptr ? strtoull(rate, nullptr, 10) : 0, wants_stacks);
  if (tracks && stacks != nullptr && strcmp(stacks, "cpu") == 0) OpenStacks(0);
  OpenModules(tracks);
  OpenCounters();
  ForgetError();
  errno = error;
}

}  // namespace

}  // namespace stageprof_tracker

STAGEPROF_HOOK const StageprofTracker stageprof_tracker_v1 = {
    STAGEPROF_TRACKER_MAGIC,
    STAGEPROF_TRACKER_VERSION,
    sizeof(StageprofTracker),
    stageprof_tracker::kBatchBytes,
    stageprof_tracker::Read,
    stageprof_tracker::OpenWindowNow,
    stageprof_tracker::CloseWindow,
    stageprof_tracker::ReadState,
    stageprof_tracker::RefreshForAddon,
    stageprof_tracker::ReadModuleForAddon,
    stageprof_tracker::ReadModuleBytes,
    stageprof_tracker::FindModuleForAddon,
    stageprof_tracker::ReadMappingForAddon,
    stageprof_tracker::ReadLive,
    stageprof_tracker::ReadLiveModules,
    stageprof_tracker::ReadSiteForAddon,
    stageprof_tracker::SetStageWordForAddon,
    stageprof_tracker::ReadStackTablesForAddon,
    stageprof_tracker::MoveStackTablesForAddon,
    stageprof_tracker::FindStackStage,
    stageprof_tracker::NoteEnd,
    stageprof_tracker::StageOpeningsForAddon,
    stageprof_tracker::BlockStacksMissing,
    stageprof_tracker::ReadJsFunctionForAddon,
    stageprof_tracker::ReadJsFramesForAddon,
    stageprof_tracker::KeepOutlived,
    stageprof_tracker::StartCpuSamples,
    stageprof_tracker::StopCpuSamples,
    stageprof_tracker::LookAtCpuThreads,
    stageprof_tracker::ReadCpuSamples,
    stageprof_tracker::Attach,
    stageprof_tracker::RebindForAddon,
    stageprof_tracker::DetachForAddon,
    stageprof_tracker::ForgetEnd,
};
