// Checks that mappings are charged to the module that makes them. That is this one, which
// run_plugin.c loads.
#include <errno.h>

#include "own_mappings.h"

int run(void) {
  const int64_t page = page_bytes();
  const int both = PROT_READ | PROT_WRITE;
  open_tracker();
  const StageprofTrackerReading before = read_now();
  char* start = map(NULL, 10, both, 0);
  check_pages("map", 10, 0);
  munmap(start + 3 * page, (size_t)page);
  check_pages("unmap in the middle", 9, 0);
  munmap(start, (size_t)page + 1);
  check_pages("unmap at the start", 7, 0);
  munmap(start, (size_t)(20 * page) - 10 * (size_t)page);
  check_pages("unmap over the gap", 0, 0);

  start = map(NULL, 10, PROT_NONE, 0);
  check_pages("reserve", 0, 10);
  map(start + 2 * page, 4, both, MAP_FIXED);
  check_pages("map over the reserved", 4, 6);
  munmap(start, (size_t)(10 * page));
  check_pages("unmap all", 0, 0);

  start = map(NULL, 4, PROT_NONE, 0);
  // glibc refuses a start within a page; musl begins with its page.
  const int changes = mprotect(start + page + 100, (size_t)page, both) == 0;
  check_pages("change access within a page", changes ? 2 : 0, changes ? 2 : 4);
  munmap(start, (size_t)(4 * page));
  check_pages("unmap what was changed", 0, 0);

  errno = 0;
  void* failed = mmap(NULL, 0, both, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  say("empty %d %d\n", failed == MAP_FAILED, errno);
  errno = 0;
  say("file %d", mmap(NULL, 1, PROT_READ, MAP_PRIVATE, -1, 0) == MAP_FAILED);
  say(" %d\n", errno);
  check_pages("fail", 0, 0);

  start = map(NULL, 4, both, 0);
  errno = 0;
  say("unmap odd %d", munmap(start + 1, (size_t)page));
  say(" %d\n", errno);
  check_pages("fail to unmap", 4, 0);
  start = mremap(start, (size_t)(4 * page), (size_t)(40 * page), MREMAP_MAYMOVE);
  check_pages("grow", 40, 0);
  start = mremap(start, (size_t)(40 * page), (size_t)(2 * page), 0);
  check_pages("shrink", 2, 0);
  char* other = map(NULL, 8, both, 0);
  other = mremap(start, (size_t)(2 * page), (size_t)(2 * page), MREMAP_MAYMOVE | MREMAP_FIXED,
                 other + 4 * page);
  check_pages("move over another", 8, 0);
  munmap(other - 4 * page, (size_t)(8 * page));
  check_pages("end", 0, 0);
  errno = 0;
  say("mremap nothing %d", mremap(other, (size_t)page, (size_t)(2 * page), 0) == MAP_FAILED);
  say(" %d\n", errno);
  check_change("no blocks", &before, 0, 0, 0, 0);

  static char* many[3000];
  for (int i = 0; i < 3000; ++i) many[i] = map(NULL, 1, i % 2 ? PROT_READ : both, 0);
  check_pages("many", 3000, 0);
  for (int i = 0; i < 3000; ++i) munmap(many[(i * 7) % 3000], (size_t)page);
  check_pages("many gone", 0, 0);
  check("missed", 0, read_missed());
  return 0;
}
