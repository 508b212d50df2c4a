#include "tracker_client.h"

#include <stdlib.h>

#include "../support/symbols.h"
#include "resident.h"
#include "sample_layout.h"

namespace stageprof {

namespace {

// Fills the cells of `modules` modules, of which all beyond the last cell share it. Returns how many
// are in use.
template <typename BytesOf>
double FillCells(uint32_t modules, double* cells, BytesOf bytes_of) {
  constexpr uint32_t kLastCell = kModuleCells - 1;
  double beyond = 0;
  for (uint32_t module = 0; module < modules; ++module) {
    if (module < kLastCell) {
      cells[module] = bytes_of(module);
    } else {
      beyond += bytes_of(module);
    }
  }
  if (modules > kLastCell) cells[kLastCell] = beyond;
  return modules < kModuleCells ? modules : kModuleCells;
}

}  // namespace

FoundTracker FindTracker() {
  const auto* found = static_cast<const StageprofTracker*>(FindSymbol(STAGEPROF_TRACKER_SYMBOL));
  if (found == nullptr) return {nullptr, "the tracker is not preloaded"};
  // A larger structure is that of a later tracker, which keeps what is read here.
  if (found->magic != STAGEPROF_TRACKER_MAGIC || found->version != STAGEPROF_TRACKER_VERSION ||
      found->struct_bytes < sizeof *found) {
    return {nullptr, "the preloaded tracker is of another version"};
  }
  return {found, nullptr};
}

void TrackerClient::Open() {
  const FoundTracker found = FindTracker();
  if (found.tracker == nullptr) {
    failure_.Set(found.missing);
    return;
  }
  tracker_ = found.tracker;
  StageprofTrackerState state;
  tracker_->read_state(&state);
  if (state.failure != nullptr) {
    failure_.Set(state.failure);
  } else if (!CountsBlocks()) {
    failure_.Set("another library takes malloc before the tracker");
  } else {
    tracks_modules_ = state.tracks_modules != 0;
    samples_live_ = ReadLive().rate != 0;
    OpenModules();
  }
}

void TrackerClient::OpenModules() {
  const uint32_t count = RefreshModules();
  // V8 is in the program, or in a libnode.so beside it.
  const uint32_t node = tracker_->find_module(FindSymbol("_ZN2v87Isolate10GetCurrentEv"));
  if (node != 0) node_module_ = node;
  static const char here = 0;
  const uint32_t addon = tracker_->find_module(&here);
  if (addon != 0) addon_module_ = addon;
  for (uint32_t index = 0; index < count; ++index) {
    StageprofTrackerModule module;
    if (tracker_->read_module(index, &module) == 0 && module.serves_malloc) malloc_module_ = index;
  }
}

uint32_t TrackerClient::RefreshModules() {
  return tracker_->refresh_modules();
}

bool TrackerClient::ReadModule(uint32_t index, Module* module) const {
  StageprofTrackerModule counts;
  if (tracker_->read_module(index, &counts) != 0) return false;
  *module = {counts.name};
  return true;
}

double TrackerClient::ReadResidentModules(double* cells) const {
  for (size_t cell = 0; cell < kModuleCells; ++cell) cells[cell] = 0;
  double all_bytes = 0;
  uint32_t position = 0;
  StageprofTrackerMapping mapping;
  while (tracker_->read_mapping(&position, &mapping) == 0) {
    if (mapping.is_file || IsOwn(mapping.module)) continue;
    const double bytes = ResidentBytes(mapping.start, mapping.bytes);
    cells[mapping.module < kModuleCells ? mapping.module : kModuleCells - 1] += bytes;
    all_bytes += bytes;
  }
  return all_bytes;
}

double TrackerClient::ReadModules(double* cells, double* count) {
  StageprofTrackerModuleBytes modules[kMostModules];
  const uint32_t modules_read = tracker_->read_module_bytes(kMostModules, modules);
  double mapped_bytes = 0;
  for (uint32_t module = 0; module < modules_read; ++module) {
    if (!IsOwn(module)) mapped_bytes += static_cast<double>(modules[module].mapped_bytes);
  }
  const double cells_used = FillCells(modules_read, cells, [&modules](uint32_t module) {
    return static_cast<double>(modules[module].allocated_bytes);
  });
  *count = tracks_modules_ ? cells_used : NAN;
  return mapped_bytes;
}

double TrackerClient::ReadLiveModules(double* cells) const {
  if (!samples_live_) return NAN;
  int64_t live[kMostModules];
  const uint32_t modules_read = tracker_->read_live_modules(kMostModules, live);
  return FillCells(modules_read, cells,
                   [&live](uint32_t module) { return static_cast<double>(live[module]); });
}

StageprofTrackerLive TrackerClient::ReadLive() const {
  StageprofTrackerLive live = {};
  if (tracker_ != nullptr) tracker_->read_live(&live);
  return live;
}

double TrackerClient::LiveRate() const {
  return samples_live_ ? static_cast<double>(ReadLive().rate) : NAN;
}

int32_t TrackerClient::OpenWindow() {
  return failure_ ? STAGEPROF_TRACKER_NO_WINDOW : tracker_->open_window();
}

void TrackerClient::CloseWindow(int32_t window) {
  if (window != STAGEPROF_TRACKER_NO_WINDOW) tracker_->close_window(window);
}

double TrackerClient::BoundBytes() const {
  if (tracker_ == nullptr) return NAN;
  StageprofTrackerState state;
  tracker_->read_state(&state);
  // The reading thread counts too: its batch is handed over before each reading, and what came and
  // went within the batch raised no peak.
  return static_cast<double>(state.threads_highest) * static_cast<double>(tracker_->batch_bytes);
}

TrackerClient::Missed TrackerClient::ReadMissed() const {
  if (tracker_ == nullptr) return {NAN, NAN, NAN};
  StageprofTrackerState state;
  tracker_->read_state(&state);
  return {static_cast<double>(state.modules_missed), static_cast<double>(state.mappings_missed),
          static_cast<double>(ReadLive().missed)};
}

// Finding the tracker is not enough: the program may define malloc itself, or another library may
// come before it.
bool TrackerClient::CountsBlocks() const {
  StageprofTrackerReading before;
  StageprofTrackerReading after;
  tracker_->read(STAGEPROF_TRACKER_NO_WINDOW, &before);
  // volatile: the compiler may drop a malloc that only meets its free.
  void* volatile block = malloc(1);
  tracker_->read(STAGEPROF_TRACKER_NO_WINDOW, &after);
  free(block);
  return after.thread_allocated_blocks == before.thread_allocated_blocks + 1;
}

}  // namespace stageprof
