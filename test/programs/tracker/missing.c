// Calls a function that libc lacks and that only the tracker's hook provides.
#include <errno.h>

#include "check.h"

int main(void) {
  open_tracker();
  void* (*allocate)(size_t) = (void* (*)(size_t))dlsym(RTLD_DEFAULT, "pvalloc");
  if (tracker == NULL) return 0;
  const StageprofTrackerReading before = read_now();
  errno = 0;
  check("no block", 1, allocate(5000) == NULL);
  check("says why", ENOSYS, errno);
  check_change("nothing counted", &before, 0, 0, 0, 0);
  return 0;
}
