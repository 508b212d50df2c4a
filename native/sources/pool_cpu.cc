#include "pool_cpu.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <memory>
#include <new>

#include "../support/clocks.h"
#include "../threads/threads.h"

namespace stageprof {

namespace {

constexpr char kPoolName[] = "libuv-worker";
// The two futexes of one condition variable of glibc are 4 bytes apart.
constexpr uint64_t kSameVariableBytes = 8;

// As libuv reads it at the first work it is given.
size_t PoolSize() {
  const char* text = getenv("UV_THREADPOOL_SIZE");
  if (text == nullptr) return 4;
  const int size = atoi(text);
  if (size == 0) return 1;
  return size < 0 || size > 1024 ? 1024 : static_cast<size_t>(size);
}

// Node that names the scheduler of delayed tasks, its first thread, also names the pool.
bool NamesItsThreads(const Thread* threads, size_t count) {
  for (size_t index = 0; index < count; ++index) {
    if (strncmp(threads[index].name, "DelayedTask", 11) == 0) return true;
  }
  return false;
}

// Later ones of the name were made by a thread of the pool, which gave them its own.
size_t FindByName(const Thread* threads, size_t count, size_t size, int32_t* ids) {
  size_t found = 0;
  for (size_t index = 0; index < count && found < size; ++index) {
    if (strcmp(threads[index].name, kPoolName) == 0) ids[found++] = threads[index].id;
  }
  return found;
}

// All threads that wait for the same variable of libuv as `like`.
size_t FindCrowd(const Thread* threads, size_t count, const Thread& like, size_t size,
                 int32_t* ids) {
  size_t found = 0;
  for (size_t index = 0; index < count && found < size; ++index) {
    const Thread& thread = threads[index];
    const uint64_t apart = thread.waits_at > like.waits_at ? thread.waits_at - like.waits_at
                                                           : like.waits_at - thread.waits_at;
    if (thread.waits_in_libuv && apart < kSameVariableBytes) ids[found++] = thread.id;
  }
  return found;
}

// Whether a pool may be among the threads, where none has a name. The first one to wait for a
// variable of libuv's module is that of the inspector, made before any script runs, or of the pool.
bool CouldHold(const Thread* threads, size_t count, size_t size) {
  for (size_t index = 0; index < count; ++index) {
    if (threads[index].waits_in_libuv) return count - index >= size;
  }
  return true;
}

}  // namespace

void PoolCpu::Open() {
  if (!folder_.Open("/proc/self/task", O_RDONLY | O_DIRECTORY))
    failure_.SetFromErrno("open", "/proc/self/task");
  opened_ns_ = ReadWallNs();
}

void PoolCpu::Close() {
  folder_.Close();
}

const char* PoolCpu::reason() const {
  if (failure_) return failure_.reason();
  if (!may_be_) return nullptr;
  return "the threads of libuv's pool are not known: Node before 22 does not name them, and they "
         "were not all idle when looked at, or there is only one";
}

void PoolCpu::ReadAnew(double others_ns) {
  seen_others_ns_ = others_ns;
  if (!is_known_) Look();
  if (is_known_) {
    cpu_ns_ = SumNs();
  } else {
    cpu_ns_ = may_be_ || failure_ ? NAN : 0;
  }
}

double PoolCpu::SumNs() {
  double sum_ns = 0;
  for (size_t index = 0; index < count_; ++index) {
    timespec time;
    if (clock_gettime(CpuClockOf(ids_[index]), &time) != 0) {
      failure_.SetFromErrno("clock_gettime", "a thread of libuv's pool");
      return NAN;
    }
    sum_ns += Nanoseconds(time);
  }
  return sum_ns;
}

// As for malloc's statistics, and some looks at the start, when the pool begins.
bool PoolCpu::HasTimeToLook() const {
  constexpr double kAllowanceNs = 5e6;
  return spent_ns_ + look_ns_ < kAllowanceNs + look_share_ * (ReadWallNs() - opened_ns_);
}

void PoolCpu::Look() {
  struct stat status;
  if (failure_ || !folder_.is_open()) return;
  const int folder = folder_.Borrow();
  const bool is_read = ReadStatus(folder, &status);
  folder_.Return(folder);
  if (!is_read) {
    failure_.SetFromErrno("fstat", "/proc/self/task");
    return;
  }
  // Where Node names its threads and none has been started, there is still no pool.
  if (!may_be_ && links_ == status.st_nlink) return;
  may_be_ = true;
  if (!HasTimeToLook()) return;
  const double began_ns = ReadWallNs();
  // No more than there are, for a stage may be open: the tracker counts it there. One that is
  // started meanwhile is found at the next look.
  const size_t most = status.st_nlink < Threads::kMost ? status.st_nlink : Threads::kMost;
  std::unique_ptr<Thread[]> threads(new (std::nothrow) Thread[most]);
  if (threads == nullptr) return;
  Threads source;
  const size_t count = source.Read(threads.get(), most);
  if (source.failure()) failure_.Set(source.failure().reason());
  const size_t size = PoolSize();
  links_ = status.st_nlink;
  if (NamesItsThreads(threads.get(), count)) {
    count_ = FindByName(threads.get(), count, size, ids_);
    is_known_ = count_ > 0;
    may_be_ = false;
  } else {
    // One alone cannot be told from the thread of the inspector, which waits in the same way.
    for (size_t index = 0; size > 1 && index < count && !is_known_; ++index) {
      if (!threads[index].waits_in_libuv) continue;
      count_ = FindCrowd(threads.get(), count, threads[index], size, ids_);
      is_known_ = count_ == size;
    }
    may_be_ = !is_known_ && CouldHold(threads.get(), count, size);
  }
  noticed_ns_ = fmax(kLeastNoticedNs, kNoticedNsPerThread * static_cast<double>(count_));
  look_ns_ = ReadWallNs() - began_ns;
  spent_ns_ += look_ns_;
}

}  // namespace stageprof
