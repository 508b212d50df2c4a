#include "threads.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../support/clocks.h"
#include "../support/descriptors.h"
#include "../support/symbols.h"

namespace stageprof {

namespace {

// Writable segment of a module, its zeroed data included.
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

// One line of a file of a thread, without its end. False where the thread has ended meanwhile, or
// the kernel does not show it.
bool ReadLine(int32_t id, const char* file, char* text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/%s", id, file);
  const int descriptor = OpenAside(path, O_RDONLY);
  if (descriptor < 0) return false;
  const ssize_t count = read(descriptor, text, size - 1);
  close(descriptor);
  if (count <= 0) return false;
  text[count] = '\0';
  text[strcspn(text, "\n")] = '\0';
  return true;
}

// "202 0x7f... 0x189 ...": number and arguments of the system call, or "running".
void ReadWait(Thread* thread, const Data& libuv) {
  char text[256];
  if (!ReadLine(thread->id, "syscall", text, sizeof text)) return;
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

size_t Threads::ReadClocks(Thread* threads, size_t most) {
  DIR* folder = opendir("/proc/self/task");
  if (folder == nullptr) {
    failure_.SetFromErrno("open", "/proc/self/task");
    return 0;
  }
  size_t count = 0;
  while (const dirent* entry = readdir(folder)) {
    const int32_t id = atoi(entry->d_name);
    timespec time;
    // A thread that ends between the two is not among the living any more.
    if (id <= 0 || clock_gettime(CpuClockOf(id), &time) != 0) continue;
    if (count == most) {
      failure_.Set("more threads than can be listed");
      break;
    }
    threads[count++] = {id, Nanoseconds(time), "", Waits::kNot, 0, false};
  }
  closedir(folder);
  if (count == 0) failure_.Set("no clock of a thread of /proc/self/task can be read");
  return count;
}

size_t Threads::Read(Thread* threads, size_t most) {
  const size_t count = ReadClocks(threads, most);
  const Data libuv = DataOfLibuv();
  for (size_t index = 0; index < count; ++index) {
    ReadLine(threads[index].id, "comm", threads[index].name, sizeof threads[index].name);
    ReadWait(&threads[index], libuv);
  }
  return count;
}

}  // namespace stageprof
