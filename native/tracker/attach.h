#ifndef STAGEPROF_TRACKER_ATTACH_H_
#define STAGEPROF_TRACKER_ATTACH_H_

#include <stdint.h>

namespace stageprof_tracker {

// Counting in a process that runs already. The library was loaded late, so nothing that was linked
// before leads to its hooks. Attach puts them into the slots through which the modules of the process
// call the real functions, and Detach puts back what was there.
//
// Until the first slot is written no hook is reached, so what is opened "while there is one thread"
// may be opened here. Threads may be inside of hooks while slots are put back, and may hold pointers
// to hooks that they have read from a slot just before: the library stays loaded, and its hooks go on
// working.
//
// None of these is for hooks, and no two may run at the same time. They lock the loader's list of objects,
// which dlopen does only while it adds one.

struct ReboundSlots {
  uint32_t rebound;   // slots that lead to hooks, or did until they were put back
  uint32_t restored;  // that were put back
  uint32_t modules;   // that have any
};

// Finds the functions behind the hooks and begins to sample. Counts that were made at an earlier
// attach stay in the sums; samples of that time are forgotten. Returns null, or why it cannot be done.
const char* Attach(uint64_t rate);
// Looks for slots that do not lead to hooks yet: all of them at first, later those of modules that
// were loaded since.
ReboundSlots RebindAll();
ReboundSlots Detach();

// Whether the library was loaded late: then nothing of the program is changed but its slots.
bool IsAttached();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_ATTACH_H_
