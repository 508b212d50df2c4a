#include "crowd.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

namespace bench {

namespace {

void* Wake(void*) {
  prctl(PR_SET_NAME, kWakingThread);
  for (;;) {
    const timespec interval = {0, 100'000'000};
    nanosleep(&interval, nullptr);
  }
}

void* WaitForEver(void*) {
  for (;;) pause();
}

constexpr size_t kIdleStackBytes = 64 * 1024;

}  // namespace

uint32_t MakeMappings(uint32_t count) {
  const size_t bytes = 4 * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  uint32_t made = 0;
  while (made < count) {
    const int access = made % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE;
    void* const memory = mmap(nullptr, bytes, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) break;
    if (access != PROT_READ) *static_cast<volatile char*>(memory) = 1;
    ++made;
  }
  return made;
}

bool StartWakingThread() {
  pthread_t thread;
  return pthread_create(&thread, nullptr, Wake, nullptr) == 0;
}

bool StartIdleThreads(uint32_t count) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, kIdleStackBytes);
  bool made = true;
  for (uint32_t i = 0; made && i < count; ++i) {
    pthread_t thread;
    made = pthread_create(&thread, &small, WaitForEver, nullptr) == 0;
  }
  pthread_attr_destroy(&small);
  return made;
}

}  // namespace bench
