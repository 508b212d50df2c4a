#include "threads.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <new>

#include "../support/clocks.h"
#include "../support/symbols.h"
#include "../support/thread_id.h"
#include "tasks.h"

namespace stageprof {

namespace {

// More threads than are likely to start while the list is read.
constexpr size_t kSlack = 8;

// The writable segment of a module, including its zeroed data.
struct Data {
  const void* inside;
  uint64_t from;
  uint64_t to;
};

int FindData(dl_phdr_info* module, size_t, void* found) {
  Data* data = static_cast<Data*>(found);
  const uint64_t wanted = reinterpret_cast<uint64_t>(data->inside);
  uint64_t from = 0;
  uint64_t to = 0;
  bool holds = false;
  for (int index = 0; index < module->dlpi_phnum; ++index) {
    const ElfW(Phdr)& header = module->dlpi_phdr[index];
    if (header.p_type != PT_LOAD) continue;
    const uint64_t start = module->dlpi_addr + header.p_vaddr;
    const uint64_t end = start + header.p_memsz;
    if (wanted >= start && wanted < end) holds = true;
    if ((header.p_flags & PF_W) == 0) continue;
    if (from == 0) from = start;
    to = end;
  }
  if (!holds) return 0;
  data->from = from;
  data->to = to;
  return 1;
}

Data DataOfLibuv() {
  Data data = {FindSymbol("uv_queue_work"), 0, 0};
  if (data.inside != nullptr) dl_iterate_phdr(FindData, &data);
  return data;
}

void ReadName(Thread* thread) {
  if (ReadTaskFile(thread->id, "comm", thread->name, sizeof thread->name) == 0) return;
  thread->name[strcspn(thread->name, "\n")] = '\0';
}

// The file has the number and the arguments of the system call, as in "202 0x7f... 0x189 ...", or
// "running".
void ReadWait(Thread* thread, const Data& libuv) {
  char text[256];
  if (ReadTaskFile(thread->id, "syscall", text, sizeof text) == 0) return;
  char* at;
  const long call = strtol(text, &at, 10);
  if (at == text) return;
  bool is_epoll = call == SYS_epoll_pwait;
#ifdef SYS_epoll_wait
  is_epoll = is_epoll || call == SYS_epoll_wait;
#endif
  if (is_epoll) thread->waits = Waits::kForEvents;
  if (call != SYS_futex) return;
  thread->waits = Waits::kForMemory;
  thread->waits_at = strtoull(at, nullptr, 16);
  thread->waits_in_libuv = thread->waits_at >= libuv.from && thread->waits_at < libuv.to;
}

}  // namespace

// Returns false where there are more threads than `capacity`.
bool Threads::ReadInto(size_t capacity) {
  count_ = 0;
  threads_.reset(new (std::nothrow) Thread[capacity]);
  if (threads_ == nullptr) {
    failure_.Set("no memory for the list of threads");
    return true;
  }
  Tasks tasks;
  int32_t id;
  while (tasks.Next(&id)) {
    const double cpu_ns = ReadClockNs(CpuClockOf(id));
    // The thread has ended since its id was read.
    if (cpu_ns != cpu_ns) continue;
    if (count_ == capacity) return false;
    threads_[count_++] = {id, cpu_ns, "", Waits::kNot, 0, false};
  }
  return true;
}

void Threads::ReadClocks() {
  size_t expected = 0;
  {
    const Tasks tasks;
    if (!tasks.is_open() || !tasks.Count(&expected)) {
      failure_.SetFromErrno("open", "/proc/self/task");
      return;
    }
  }
  // Only as much memory as the threads need: a stage may be open, and the tracker charges the
  // memory to it.
  size_t capacity = expected + kSlack;
  while (!ReadInto(capacity < kMost ? capacity : kMost)) {
    if (capacity >= kMost) {
      failure_.Set("more threads than can be listed");
      break;
    }
    capacity *= 2;
  }
  if (count_ == 0) failure_.Set("no clock of a thread of /proc/self/task can be read");
}

void Threads::Read() {
  ReadClocks();
  const Data libuv = DataOfLibuv();
  for (size_t index = 0; index < count_; ++index) {
    ReadName(&threads_[index]);
    ReadWait(&threads_[index], libuv);
  }
}

}  // namespace stageprof
