// Threads reserve memory, make it usable and unmap it at the same time, and the kernel puts the
// memory of one next to that of another. In the end nothing is left.
#include <pthread.h>

#include "own_mappings.h"

static void* work(void* number) {
  const int64_t page = page_bytes();
  unsigned random = (unsigned)(intptr_t)number * 7919 + 1;
  for (int i = 0; i < 2000; ++i) {
    char* start = map(NULL, 64, PROT_NONE, 0);
    for (int k = 0; k < 8; ++k) {
      random = random * 1103515245 + 12345;
      const int access = (random >> 8) % 2 == 0 ? PROT_NONE : PROT_READ | PROT_WRITE;
      mprotect(start + (random >> 16) % 60 * page, (size_t)(4 * page), access);
    }
    munmap(start + 20 * page, (size_t)(10 * page));
    munmap(start, (size_t)(64 * page));
  }
  return NULL;
}

int run(void) {
  pthread_t threads[4];
  open_tracker();
  for (intptr_t i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, work, (void*)i);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  // A thread that has waited too long for another counts as missed. Each time the result may be
  // wrong by at most one mapping of 64 pages.
  const int64_t missed = read_missed();
  const int64_t bytes = missed * 64 * page_bytes();
  const StageprofTrackerModule module = own_module();
  check("mapped is wrong by no more than was missed", 1, llabs(module.mapped_bytes) <= bytes);
  check("reserved is wrong by no more than was missed", 1, llabs(module.reserved_bytes) <= bytes);
  // There are 88,000 calls. One is missed only while another thread has lost its processor during a change, which on a
  // busy machine takes long enough for hundreds.
  check("at most one in ten is missed", 1, missed <= 8800);
  return 0;
}
