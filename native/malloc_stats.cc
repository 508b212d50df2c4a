#include "malloc_stats.h"

#include <stdlib.h>

#include <atomic>

#include "symbols.h"

namespace stageprof {

namespace {

// Process-wide, because malloc is. Whom it is served by does not change, and asking can be dear:
// once is enough.
enum class Verdict : int { kUnknown, kServes, kServesNot };
std::atomic<Verdict> verdict{Verdict::kUnknown};
// What the last reading cost, on whatever thread: a worker that starts on a fragmented heap knows.
std::atomic<double> last_cost_ns{0};

constexpr size_t kProbeBytes = 64 * 1024;
// Another thread may free as much between the two readings.
constexpr int kProbeAttempts = 3;

}  // namespace

void MallocStats::Open() {
  mallinfo2_ = reinterpret_cast<decltype(mallinfo2_)>(FindSymbol("mallinfo2"));
  if (mallinfo2_ == nullptr) {
    failure.Set(FindSymbol("gnu_get_libc_version") != nullptr
                    ? "glibc older than 2.33 has no mallinfo2"
                    : "this libc has no mallinfo2");
    return;
  }
  if (verdict.load(std::memory_order_relaxed) == Verdict::kUnknown) {
    const double began_ns = ReadWallNs();
    const bool serves = ServesMalloc();
    // Two readings or more: this errs towards dear.
    last_cost_ns.store((ReadWallNs() - began_ns) / 2, std::memory_order_relaxed);
    verdict.store(serves ? Verdict::kServes : Verdict::kServesNot, std::memory_order_relaxed);
  }
  if (verdict.load(std::memory_order_relaxed) == Verdict::kServesNot) {
    failure.Set("malloc is not served by glibc");
  }
  budget_.Open();
}

bool MallocStats::Read(Reading* reading, double* cost_ns) {
  if (!budget_.Begin(last_cost_ns.load(std::memory_order_relaxed))) return false;
  *reading = ReadUnbudgeted();
  *cost_ns = budget_.End();
  last_cost_ns.store(*cost_ns, std::memory_order_relaxed);
  return true;
}

MallocStats::Reading MallocStats::ReadUnbudgeted() const {
  const Info info = mallinfo2_();
  return {static_cast<double>(info.uordblks + info.hblkhd), static_cast<double>(info.fordblks)};
}

// glibc's mallinfo2 is there when jemalloc, tcmalloc or mimalloc serves malloc, and then counts
// nothing.
bool MallocStats::ServesMalloc() const {
  for (int attempt = 0; attempt < kProbeAttempts; ++attempt) {
    const double before = ReadUnbudgeted().live_bytes;
    // volatile: the compiler may drop a malloc that only meets its free.
    void* volatile block = malloc(kProbeBytes);
    if (block == nullptr) return false;
    const double after = ReadUnbudgeted().live_bytes;
    free(block);
    if (after - before >= static_cast<double>(kProbeBytes)) return true;
  }
  return false;
}

}  // namespace stageprof
