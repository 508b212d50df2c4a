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

}  // namespace bench
