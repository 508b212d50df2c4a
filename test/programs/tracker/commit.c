// Changes the access to mapped memory, as mimalloc and jemalloc do when memory must not be
// overcommitted. They reserve a large range and make pieces of it usable one after another.
#include <errno.h>

#include "own_mappings.h"

int run(void) {
  const int64_t page = page_bytes();
  const int both = PROT_READ | PROT_WRITE;
  open_tracker();
  char* start = map(NULL, 100, PROT_NONE, 0);
  check_pages("reserve", 0, 100);
  mprotect(start + 10 * page, (size_t)(20 * page), both);
  check_pages("commit", 20, 80);
  mprotect(start + 20 * page, (size_t)(20 * page), PROT_READ);
  check_pages("commit over the committed", 30, 70);
  mprotect(start + 10 * page, 1, PROT_NONE);
  check_pages("decommit", 29, 71);
  mprotect(start, (size_t)(100 * page), PROT_NONE);
  check_pages("decommit all", 0, 100);
  mprotect(start, (size_t)(100 * page), both);
  check_pages("commit all", 100, 0);
  munmap(start + 50 * page, (size_t)(50 * page));
  check_pages("unmap half", 50, 0);
  errno = 0;
  say("odd %d", mprotect(start + 1, 1, PROT_NONE));
  say(" %d\n", errno);
  check_pages("fail", 50, 0);
  munmap(start, (size_t)(50 * page));
  check_pages("unmap", 0, 0);

  // Pieces become usable from below, from above and every second one. Adjacent pieces are joined.
  start = map(NULL, 30000, PROT_NONE, 0);
  for (int i = 0; i < 10000; ++i) mprotect(start + i * page, (size_t)page, both);
  check_pages("from below", 10000, 20000);
  for (int i = 19999; i >= 10000; --i) mprotect(start + i * page, (size_t)page, both);
  check_pages("from above", 20000, 10000);
  for (int i = 20000; i < 26000; i += 2) mprotect(start + i * page, (size_t)page, both);
  for (int i = 20001; i < 26000; i += 2) mprotect(start + i * page, (size_t)page, both);
  check_pages("every second", 26000, 4000);
  munmap(start, (size_t)(30000 * page));
  check_pages("end", 0, 0);
  check("missed", 0, read_missed());
  return 0;
}
