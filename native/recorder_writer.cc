#include "recorder_writer.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "clocks.h"
#include "rss_peak.h"

namespace stageprof {

namespace {

constexpr uint64_t kIntervalNs = 100 * 1000 * 1000;
// Reads and writes fit into a page or two; the rest is for what libc keeps beside the stack.
constexpr size_t kStackBytes = 256 * 1024;

// The clock of pthread_getcpuclockid, which glibc 2.34 gave a new version: the kernel's CPUCLOCK_SCHED
// of one thread.
clockid_t ThreadClockOf(long thread) {
  constexpr clockid_t kPerThreadScheduled = 6;
  return static_cast<clockid_t>((~static_cast<uint32_t>(thread)) << 3) | kPerThreadScheduled;
}

double ReadClockNs(clockid_t clock) {
  timespec time;
  return clock_gettime(clock, &time) == 0 ? Nanoseconds(time) : NAN;
}

// What is written before must be in the file before the count says so.
void Raise(double* count, double value) {
  std::atomic_thread_fence(std::memory_order_release);
  *static_cast<volatile double*>(count) = value;
}

}  // namespace

bool RecorderWriter::Start(const Places& places) {
  places_ = places;
  statm_.Open();
  status_.Open();
  tracker_.Open();
  thread_clock_ = ThreadClockOf(syscall(SYS_gettid));
  owner_ = getpid();
  // The first before any stage: a process that dies at once leaves a reading too.
  WriteReading();
  if (uv_mutex_init(&mutex_) != 0) return false;
  if (uv_cond_init(&stopping_) != 0) {
    uv_mutex_destroy(&mutex_);
    return false;
  }
  // Signals of the process are its program's: one that this thread took would be late, or lost.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  uv_thread_options_t options = {};
  options.flags = UV_THREAD_HAS_STACK_SIZE;
  options.stack_size = kStackBytes;
  is_running_ = uv_thread_create_ex(&thread_, &options, Run, this) == 0;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (!is_running_) {
    uv_cond_destroy(&stopping_);
    uv_mutex_destroy(&mutex_);
  }
  return is_running_;
}

void RecorderWriter::Stop() {
  if (!is_running_ || getpid() != owner_) return;
  is_running_ = false;
  uv_mutex_lock(&mutex_);
  stops_ = true;
  uv_cond_signal(&stopping_);
  uv_mutex_unlock(&mutex_);
  uv_thread_join(&thread_);
  uv_cond_destroy(&stopping_);
  uv_mutex_destroy(&mutex_);
  WriteReading();
  statm_.Close();
  status_.Close();
}

void RecorderWriter::Run(void* data) {
  RecorderWriter* writer = static_cast<RecorderWriter*>(data);
  prctl(PR_SET_NAME, "stageprof-rec");
  uv_mutex_lock(&writer->mutex_);
  while (!writer->stops_) {
    if (uv_cond_timedwait(&writer->stopping_, &writer->mutex_, kIntervalNs) == 0) continue;
    uv_mutex_unlock(&writer->mutex_);
    writer->WriteReading();
    uv_mutex_lock(&writer->mutex_);
  }
  uv_mutex_unlock(&writer->mutex_);
}

void RecorderWriter::WriteReading() {
  const double count = *places_.reading_count;
  const auto place = static_cast<uint64_t>(count) % places_.reading_capacity;
  RecorderReading* reading = &places_.readings[place];
  reading->rss_bytes = statm_.ReadRssBytes();
  reading->rss_peak_bytes = ReadLifetimePeakRssBytes(&status_);
  reading->native_bytes = NAN;
  if (!tracker_.failure()) {
    TrackerClient::Reading counts;
    tracker_.Read(STAGEPROF_TRACKER_NO_WINDOW, &counts);
    reading->native_bytes = counts.live_bytes;
    WriteModules();
  }
  reading->thread_cpu_ns = ReadClockNs(thread_clock_);
  reading->process_cpu_ns = ReadClockNs(CLOCK_PROCESS_CPUTIME_ID);
  reading->wall_ns = ReadWallNs();
  Raise(places_.reading_count, count + 1);
}

// Those that were found since: names come in the order of the sample's cells, and stay. Those without
// a place for their name are counted too: the last cell is then more than one module's.
void RecorderWriter::WriteModules() {
  auto index = static_cast<uint32_t>(*places_.module_count);
  TrackerClient::Module module;
  while (tracker_.ReadModule(index, &module)) {
    if (index < places_.module_capacity) {
      const size_t length = strlen(module.name);
      const size_t room = places_.module_bytes - 1;
      const char* end = length > room ? module.name + length - room : module.name;
      snprintf(places_.modules + static_cast<size_t>(index) * places_.module_bytes,
               places_.module_bytes, "%s", end);
    }
    Raise(places_.module_count, ++index);
  }
}

}  // namespace stageprof
