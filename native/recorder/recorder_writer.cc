#include "recorder_writer.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>

#include "../support/clocks.h"
#include "../support/larger.h"
#include "../support/thread_id.h"
#include "open_stages.h"

namespace stageprof {

namespace {

constexpr uint64_t kIntervalNs = 100 * 1000 * 1000;
// A thread that has run for at least this share of an interval counts as busy.
constexpr double kBusyShare = 0.2;
// Reading the account takes some 100 KiB of stack; the rest is for what libc keeps there.
constexpr size_t kStackBytes = 384 * 1024;

// The first readings come sooner: a program may be over before the second.
constexpr uint64_t kEarlyIntervalNs = 20 * 1000 * 1000;
constexpr int kEarlyReadings = 5;

// The slots that hold a present level, not an amount used so far.
constexpr Slot kLevels[] = {kRssBytes,        kFileBytes,          kJsUsedBytes,
                            kExternalBytes,   kBuffersBytes,       kWorkersBytes,
                            kNativeLiveBytes, kAllocatorFreeBytes, kMappedBytes};

// The slots that hold the highest value since the previous sample.
constexpr Slot kPeaks[] = {kRssPeakBytes, kJsPeakBytes, kNativePeakBytes};

// Whatever the end of the environment frees. Buffers of addons with an allocator of their own are
// in V8's count alone, the heap of a thread that is not seen is in the resident set alone. What is
// not measured is left out.
double LiveBytes(const double* sample) {
  double bytes = 0;
  constexpr Slot kParts[] = {kExternalBytes, kBuffersBytes, kNativeLiveBytes, kWorkersBytes,
                             kRssBytes};
  for (const Slot slot : kParts) {
    if (!isnan(sample[slot])) bytes += sample[slot];
  }
  return bytes;
}

// Everything written before must be in the file before the count says so.
void Raise(double* count, double value) {
  std::atomic_thread_fence(std::memory_order_release);
  *static_cast<volatile double*>(count) = value;
}

}  // namespace

int RecorderWriter::Start(napi_env env, V8Heap* heap, OutsideSources* sources,
                          unsigned char* memory, const double* positions) {
  heap_ = heap;
  sources_ = sources;
  tracker_ = FindTracker().tracker;
  memory_ = memory;
  memcpy(positions_, positions, sizeof positions_);
  for (double& highest : highest_) highest = NAN;
  for (double& cell : peak_account_) cell = NAN;
  timeline_.Open(Cells(kPositionTimeline), Size(kPositionTimelineCapacity),
                 Cells(kPositionTimelineCount), Cells(kPositionTimelineWidth));
  constexpr auto kNeedHeap = kMaskJs | kMaskNative;
  if ((static_cast<uint32_t>(positions_[kPositionMask]) & kNeedHeap) != 0 && heap_->verified()) {
    heap_watch_.Open(env, heap_, sampler_.shared_heap_peak());
  }
  sources_->lock()->Take();
  thread_id_ = ThisThreadId();
  const Sampler::OtherThread here = {heap_, CpuClockOf(thread_id_)};
  sampler_.OpenFromOutside(sources_->Open(), sample_,
                           static_cast<uint32_t>(positions_[kPositionMask]), here);
  owner_ = getpid();
  Keep(&pending_);
  // The first reading comes before any stage, so a process that dies at once leaves one too.
  Write(MappedParts::Look::kNever);
  sources_->lock()->GiveBack();
  return StartThread();
}

int RecorderWriter::StartThread() {
  int error = uv_mutex_init(&mutex_);
  if (error != 0) return -error;
  error = uv_cond_init(&stopping_);
  if (error != 0) {
    uv_mutex_destroy(&mutex_);
    return -error;
  }
  // Signals sent to the process belong to its program: one that this thread took would arrive late
  // or be lost.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  uv_thread_options_t options = {};
  options.flags = UV_THREAD_HAS_STACK_SIZE;
  options.stack_size = kStackBytes;
  error = uv_thread_create_ex(&thread_, &options, Run, this);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  has_thread_ = error == 0;
  if (!has_thread_) {
    uv_cond_destroy(&stopping_);
    uv_mutex_destroy(&mutex_);
  }
  return -error;
}

void RecorderWriter::Stop(MappedParts::Look look) {
  if (owner_ == 0 || getpid() != owner_) return;
  StopThread();
  if (heap_watch_.is_open()) heap_->ReadAllocation();
  sources_->lock()->Take();
  Write(look);
  sampler_.Close();
  sources_->lock()->GiveBack();
  heap_watch_.Close();
  owner_ = 0;
}

void RecorderWriter::StopThread() {
  if (!has_thread_) return;
  has_thread_ = false;
  uv_mutex_lock(&mutex_);
  stops_ = true;
  uv_cond_signal(&stopping_);
  uv_mutex_unlock(&mutex_);
  uv_thread_join(&thread_);
  uv_cond_destroy(&stopping_);
  uv_mutex_destroy(&mutex_);
}

void RecorderWriter::WriteTeardown() {
  if (owner_ == 0 || getpid() != owner_) return;
  sources_->lock()->Take();
  WriteEnd();
  sources_->lock()->GiveBack();
}

void RecorderWriter::WriteEnd() {
  if (is_over_) return;
  is_over_ = true;
  if (IsHeardSince(pending_)) steady_ = pending_;
  // As the program itself last published it.
  const double external_bytes = heap_->published().external_bytes.load(std::memory_order_relaxed);
  // process.exit() calls exit(3) on the isolate's thread, with the isolate still in order.
  if (heap_watch_.is_open() && ThisThreadId() == thread_id_) heap_->ReadAllocation();
  // The last sample before the teardown: a stage may have closed since the last reading, and have
  // freed what it held.
  const double* const boundary = Cells(kPositionBoundary);
  const bool is_newer = boundary[kWallNs] > steady_.sample[kWallNs];
  double before[kSampleLength];
  memcpy(before, is_newer ? boundary : steady_.sample, sizeof before);
  // A collection that was heard of after that sample has freed these Buffers.
  const double freed_bytes = before[kExternalBytes] - external_bytes;
  if (!is_newer && freed_bytes > 0) {
    before[kExternalBytes] -= freed_bytes;
    before[kBuffersBytes] -= Smaller(freed_bytes, before[kBuffersBytes]);
    before[kRssBytes] -= freed_bytes;
  }
  sampler_.ReadEntry();
  // Addons that were loaded later have already been taken down, and the memory they had given to JS
  // is freed; process.exit() has ended the worker threads. The sample then keeps the memory of the
  // sample before, and the account says how old its parts are. What every node frees at its end is
  // not worth an older account.
  constexpr double kNearlyAll = 0.99;
  constexpr double kLittleBytes = 2 << 20;
  const double live_before = LiveBytes(before);
  if (LiveBytes(sample_) < kNearlyAll * live_before - kLittleBytes) {
    for (const Slot slot : kLevels) sample_[slot] = before[slot];
    memcpy(account_, steady_.account, sizeof account_);
    if (is_newer) {
      account_[kAccountRss] = before[kRssBytes];
      account_[kAccountNativeLive] = before[kNativeLiveBytes];
      account_[kAccountBackingStores] = before[kBuffersBytes];
      account_[kAccountCountedAt] = before[kWallNs];
      if (!isnan(before[kAllocatorFreeBytes])) {
        account_[kAccountAllocatorFree] = before[kAllocatorFreeBytes];
        account_[kAccountAllocatorAt] = before[kWallNs];
      }
    }
    sampler_.RenewParts(Allowed(MappedParts::Look::kIfShort), account_);
  } else {
    RaisePeaks();
    sampler_.ReadAccountFromOutside(Allowed(MappedParts::Look::kIfShort), account_);
  }
  WriteReading();
  WriteMoment();
  WritePoint();
  WriteTracked();
}

void RecorderWriter::WriteLast() {
  if (owner_ == 0 || getpid() != owner_ || !sources_->lock()->TryTake()) return;
  WriteEnd();
  sources_->lock()->GiveBack();
}

RecorderWriter::Pause::Pause(RecorderWriter* writer) : sources_(writer->sources_) {
  if (sources_ != nullptr) sources_->lock()->Take();
}

RecorderWriter::Pause::~Pause() {
  if (sources_ != nullptr) sources_->lock()->GiveBack();
}

void RecorderWriter::Run(void* data) {
  RecorderWriter* writer = static_cast<RecorderWriter*>(data);
  prctl(PR_SET_NAME, "stageprof-rec");
  uv_mutex_lock(&writer->mutex_);
  for (int readings = 0; !writer->stops_;) {
    const uint64_t interval_ns = readings < kEarlyReadings ? kEarlyIntervalNs : kIntervalNs;
    if (uv_cond_timedwait(&writer->stopping_, &writer->mutex_, interval_ns) == 0) continue;
    ++readings;
    uv_mutex_unlock(&writer->mutex_);
    writer->sources_->lock()->Take();
    writer->Write(MappedParts::Look::kWithinBudget);
    writer->AskBusyThread();
    writer->sources_->lock()->GiveBack();
    writer->WriteStacks();
    uv_mutex_lock(&writer->mutex_);
  }
  uv_mutex_unlock(&writer->mutex_);
}

// The tables of native stacks lie beside the recorder. With many samples it takes some ms, in which no
// lock is held.
void RecorderWriter::WriteStacks() const {
  if (tracker_ != nullptr) tracker_->keep_outlived();
}

// Runs on the writer's thread. A thread that has used CPU without publishing is in one long piece
// of JS.
void RecorderWriter::AskBusyThread() {
  if (!heap_watch_.is_open()) return;
  const uint32_t publications = heap_->published().count.load(std::memory_order_relaxed);
  const double cpu_ns = ThreadCpuNs();
  const bool is_silent = publications == seen_publications_;
  const bool is_busy = cpu_ns - seen_cpu_ns_ > kBusyShare * kIntervalNs;
  seen_publications_ = publications;
  seen_cpu_ns_ = cpu_ns;
  if (is_silent && is_busy) heap_->RequestPublication();
}

void RecorderWriter::Write(MappedParts::Look look) {
  if (is_over_) return;
  sampler_.ReadEntry();
  RaisePeaks();
  WriteReading();
  sampler_.ReadAccountFromOutside(Allowed(look), account_);
  KeepSteady();
  WriteMoment();
  WritePoint();
  WriteTracked();
}

void RecorderWriter::WriteTracked() {
  TrackerClient& tracker = sources_->Open()->tracker;
  if (tracker.failure()) return;
  const TrackerClient::Missed missed = tracker.ReadMissed();
  *Cells(kPositionModulesMissed) = missed.modules;
  *Cells(kPositionMappingsMissed) = missed.mappings;
  *Cells(kPositionLiveMissed) = missed.live_blocks;
  *Cells(kPositionTrackerBound) = tracker.BoundBytes();
  WriteModules();
}

// A worker thread does not measure the resident set. Who holds it is read for the main thread, once
// for all threads: each look goes through the list of mappings.
MappedParts::Look RecorderWriter::Allowed(MappedParts::Look look) const {
  const bool has_rss = (static_cast<uint32_t>(positions_[kPositionMask]) & kMaskRss) != 0;
  return has_rss ? look : MappedParts::Look::kNever;
}

// Objects that were made after the addon was loaded are taken down before it hears of the end,
// which can take longer than an interval. JS that runs is heard of: the heap is published at each
// collection, sample and wait, and when a busy thread is asked. So a reading of less memory than
// the one before is of the running program only if something is heard after it.
void RecorderWriter::KeepSteady() {
  if (IsHeardSince(pending_)) steady_ = pending_;
  const bool fell = LiveBytes(sample_) < LiveBytes(pending_.sample);
  Keep(&pending_);
  if (!fell) steady_ = pending_;
}

void RecorderWriter::Keep(Kept* kept) const {
  memcpy(kept->sample, sample_, sizeof sample_);
  memcpy(kept->account, account_, sizeof account_);
  kept->publications = heap_->published().count.load(std::memory_order_relaxed);
}

bool RecorderWriter::IsHeardSince(const Kept& kept) const {
  return heap_->published().count.load(std::memory_order_relaxed) != kept.publications;
}

void RecorderWriter::RaisePeaks() {
  for (const Slot slot : kPeaks) {
    if (!(sample_[slot] <= highest_[slot])) highest_[slot] = sample_[slot];
  }
}

double RecorderWriter::ThreadCpuNs() const {
  const double cpu_ns = sample_[kThreadCpuNs];
  return isnan(cpu_ns) ? sampler_.ReadOtherClockNs() : cpu_ns;
}

// Read even where the sampler was not asked for it: whoever examines the end of the process needs
// these values.
void RecorderWriter::WriteReading() {
  Sources* const sources = sources_->Open();
  double* const count = Cells(kPositionReadingCount);
  const uint64_t number = static_cast<uint64_t>(*count) % Size(kPositionReadingCapacity);
  double* const reading = Cells(kPositionReadings) + number * kReadingLength;
  const double rss = sample_[kRssBytes];
  reading[kReadingRss] = isnan(rss) ? sources->statm.ReadRssBytes() : rss;
  reading[kReadingRssPeak] = sampler_.LifetimePeakRssBytes();
  reading[kReadingNative] = NAN;
  if (!sources->tracker.failure()) {
    TrackerClient::Reading counts;
    sources->tracker.Read(STAGEPROF_TRACKER_NO_WINDOW, &counts);
    reading[kReadingNative] = counts.live_bytes;
  }
  reading[kReadingThreadCpu] = ThreadCpuNs();
  const double process_cpu_ns = sample_[kProcessCpuNs];
  reading[kReadingProcessCpu] =
      isnan(process_cpu_ns) ? ReadClockNs(CLOCK_PROCESS_CPUTIME_ID) : process_cpu_ns;
  reading[kReadingJsPeak] = sample_[kJsPeakBytes];
  reading[kReadingNativePeak] = sample_[kNativePeakBytes];
  reading[kReadingWall] = sample_[kWallNs];
  Raise(count, *count + 1);
}

// Two moments are written in turn, so the one that the count names is whole.
void RecorderWriter::WriteMoment() {
  double* const count = Cells(kPositionMomentCount);
  const uint64_t turn = static_cast<uint64_t>(*count) % 2;
  double* const moment = Cells(kPositionMoments) + turn * kMomentLength;
  memcpy(moment, sample_, sizeof sample_);
  for (const Slot slot : kPeaks) moment[slot] = highest_[slot];
  memcpy(moment + kSampleLength, account_, sizeof account_);
  if (!(account_[kAccountRss] <= peak_account_[kAccountRss])) {
    memcpy(peak_account_, account_, sizeof account_);
  }
  memcpy(moment + kSampleLength + kAccountLength, peak_account_, sizeof peak_account_);
  Raise(count, *count + 1);
}

void RecorderWriter::WritePoint() {
  double point[kTimelineLength];
  point[kTimelineWall] = sample_[kWallNs];
  point[kTimelineProcessCpu] = sample_[kProcessCpuNs];
  point[kTimelineFilePages] = sample_[kFileBytes];
  point[kTimelineJsUsed] = sample_[kJsUsedBytes];
  memcpy(point + kTimelineAccount, account_, kAccountCount * sizeof(double));
  ReadOpenStages(memory_, positions_, point);
  timeline_.Add(point);
}

// Adds the modules found since the last call: their names come in the order of the sample's cells,
// and stay. Modules without room for their name are counted too, which shows that the last cell
// belongs to more than one module.
void RecorderWriter::WriteModules() {
  double* const count = Cells(kPositionModuleCount);
  const uint64_t module_bytes = Size(kPositionModuleBytes);
  auto index = static_cast<uint32_t>(*count);
  TrackerClient::Module module;
  while (sources_->Open()->tracker.ReadModule(index, &module)) {
    if (index < Size(kPositionModuleCapacity)) {
      const size_t length = strlen(module.name);
      const size_t room = module_bytes - 1;
      const char* end = length > room ? module.name + length - room : module.name;
      char* const modules = reinterpret_cast<char*>(memory_ + Size(kPositionModules));
      snprintf(modules + index * module_bytes, module_bytes, "%s", end);
    }
    Raise(count, ++index);
  }
}

}  // namespace stageprof
