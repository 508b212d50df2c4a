#include "floor.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr double kMallinfo2Share = 0.01;
// Words of v8::HeapStatistics.
constexpr size_t kUsedHeapSize = 4;
constexpr size_t kExternalMemory = 7;

double ReadClockNs(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double Nanoseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_usec) * 1e3;
}

// The second number of statm.
double ParsePages(const char* text) {
  const char* at = text;
  while (*at != ' ' && *at != '\0') ++at;
  return static_cast<double>(strtoul(at, nullptr, 10));
}

template <typename Function>
Function Find(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

bool Floor::Open() {
  statm_ = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  page_bytes_ = static_cast<double>(sysconf(_SC_PAGESIZE));
  const auto get_current = Find<void* (*)()>("_ZN2v87Isolate10GetCurrentEv");
  const auto construct = Find<void (*)(void*)>("_ZN2v814HeapStatisticsC1Ev");
  get_heap_statistics_ = Find<decltype(get_heap_statistics_)>(
      "_ZN2v87Isolate17GetHeapStatisticsEPNS_14HeapStatisticsE");
  mallinfo2_ = Find<decltype(mallinfo2_)>("mallinfo2");
  if (statm_ < 0) failure_ = "/proc/self/statm cannot be opened";
  if (mallinfo2_ == nullptr) failure_ = "this libc has no mallinfo2";
  if (get_current == nullptr || construct == nullptr || get_heap_statistics_ == nullptr) {
    failure_ = "this node does not export v8::Isolate::GetHeapStatistics";
  }
  if (failure_ != nullptr) return false;
  isolate_ = get_current();
  construct(words_);
  opened_ns_ = ReadClockNs(CLOCK_MONOTONIC);
  return true;
}

void Floor::Run(uint32_t count, Mallinfo2Use use) {
  Sample entry;
  Sample exit;
  for (uint32_t i = 0; i < count; ++i) {
    Read(&entry, use);
    Read(&exit, use);
    // Keeps the compiler from dropping the samples, whose difference a profiler would compute.
    asm volatile("" : : "r"(&entry), "r"(&exit) : "memory");
  }
}

void Floor::ReadEnd() {
  Sample sample;
  Read(&sample, Mallinfo2Use::kBudgeted);
  asm volatile("" : : "r"(&sample) : "memory");
}

inline void Floor::Read(Sample* sample, Mallinfo2Use use) {
  sample->wall_ns = ReadClockNs(CLOCK_MONOTONIC);
  sample->thread_cpu_ns = ReadClockNs(CLOCK_THREAD_CPUTIME_ID);

  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  sample->process_cpu_ns = Nanoseconds(usage.ru_utime) + Nanoseconds(usage.ru_stime);

  char text[128];
  const ssize_t size = pread(statm_, text, sizeof text - 1, 0);
  text[size < 0 ? 0 : size] = '\0';
  sample->rss_bytes = ParsePages(text) * page_bytes_;

  get_heap_statistics_(isolate_, words_);
  sample->js_used_bytes = static_cast<double>(words_[kUsedHeapSize]);
  sample->external_bytes = static_cast<double>(words_[kExternalMemory]);

  if (use == Mallinfo2Use::kNever) return;
  if (use == Mallinfo2Use::kBudgeted) {
    // Uses the clock reading that is made anyway, so the decision costs the floor nothing.
    const double allowed_ns = kMallinfo2Share * (sample->wall_ns - opened_ns_);
    if (mallinfo2_spent_ns_ + mallinfo2_last_ns_ > allowed_ns) return;
  }
  ReadMalloc(sample);
}

void Floor::ReadMalloc(Sample* sample) {
  const double began_ns = ReadClockNs(CLOCK_MONOTONIC);
  const MallocInfo info = mallinfo2_();
  mallinfo2_last_ns_ = ReadClockNs(CLOCK_MONOTONIC) - began_ns;
  mallinfo2_spent_ns_ += mallinfo2_last_ns_;
  ++mallinfo2_calls_;
  sample->malloc_live_bytes = static_cast<double>(info.uordblks + info.hblkhd);
  sample->malloc_free_bytes = static_cast<double>(info.fordblks);
}

}  // namespace bench
