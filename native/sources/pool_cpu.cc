#include "pool_cpu.h"

#include <fcntl.h>

#include "../support/clocks.h"
#include "../support/larger.h"
#include "../support/thread_id.h"
#include "../threads/tasks.h"
#include "../threads/threads.h"

namespace stageprof {

void PoolCpu::Open() {
  if (!folder_.Open("/proc/self/task", O_RDONLY | O_DIRECTORY))
    failure_.SetFromErrno("open", "/proc/self/task");
}

void PoolCpu::Close() {
  folder_.Close();
}

const char* PoolCpu::reason() const {
  if (failure_) return failure_.reason();
  if (found_ != PoolThreads::Found::kUnknown) return nullptr;
  return "the threads of libuv's pool are not known: Node before 22 does not name them, and they "
         "were not all idle when looked at, or there is only one";
}

bool PoolCpu::ReadAnew(double others_ns) {
  if (found_ != PoolThreads::Found::kYes) Look();
  if (found_ != PoolThreads::Found::kYes) {
    cpu_ns_ = found_ == PoolThreads::Found::kUnknown || failure_ ? NAN : 0;
  } else if (pool_.count() <= kUsualThreads) {
    cpu_ns_ = SumNs();
  } else {
    // What is skipped is not noted as seen, so the next reading tries again.
    if (!clocks_.Begin(sum_ns_)) return false;
    cpu_ns_ = SumNs();
    sum_ns_ = clocks_.End();
  }
  seen_others_ns_ = others_ns;
  return true;
}

double PoolCpu::SumNs() {
  double sum_ns = 0;
  for (size_t index = 0; index < pool_.count(); ++index) {
    const double cpu_ns = ReadClockNs(CpuClockOf(pool_.id(index)));
    if (cpu_ns != cpu_ns) {
      failure_.SetFromErrno("clock_gettime", "a thread of libuv's pool");
      return NAN;
    }
    sum_ns += cpu_ns;
  }
  return sum_ns;
}

void PoolCpu::Look() {
  if (failure_ || !folder_.is_open()) return;
  size_t count = 0;
  const int folder = folder_.Borrow();
  const bool is_read = CountTasks(folder, &count);
  folder_.Return(folder);
  if (!is_read) {
    failure_.SetFromErrno("fstat", "/proc/self/task");
    return;
  }
  // If there was no pool and no thread has been started since, there still is none.
  if (found_ == PoolThreads::Found::kNone && seen_count_ == count) return;
  found_ = PoolThreads::Found::kUnknown;
  if (!looks_.Begin(look_ns_)) return;
  Threads threads;
  threads.Read();
  if (threads.failure()) failure_.Set(threads.failure().reason());
  seen_count_ = count;
  found_ = pool_.Find(threads);
  noticed_ns_ = Larger(least_noticed_ns_, kNoticedNsPerThread * static_cast<double>(pool_.count()));
  look_ns_ = looks_.End();
}

}  // namespace stageprof
