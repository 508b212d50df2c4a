#ifndef STAGEPROF_TRACKER_BOOTSTRAP_H_
#define STAGEPROF_TRACKER_BOOTSTRAP_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hooked_functions.h"

namespace stageprof_tracker {

// The functions behind the hooks: the next ones in the loader's search order, which are libc's or
// those of an allocator in between. Every pointer starts as a function that finds them all, so a
// hook calls it without a check: malloc is called before any constructor, including the tracker's.
// The pointers are written at that time, while there is one thread. Later only operators and
// dlclose are written, when a library brings them; two threads that do so at once write the same
// word.
struct Next {
#define STAGEPROF_MEMBER(symbol, result, parameters) result(*symbol) parameters;
  STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_MEMBER)
#undef STAGEPROF_MEMBER
  size_t (*malloc_usable_size)(void*);

  // Whether the function comes from the object that serves malloc. Otherwise its blocks are not
  // counted: jemalloc has no pvalloc, and asking jemalloc for the size of glibc's block crashes.
  struct {
#define STAGEPROF_MEMBER(symbol, result, parameters) bool symbol;
    STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_MEMBER)
#undef STAGEPROF_MEMBER
  } beside_malloc;
};

extern Next next __attribute__((visibility("hidden")));

// Why blocks cannot be counted; null if they can.
extern const char* failure;

// In a process that runs already, the functions behind the hooks are those that its modules are
// bound to. `bound` tells them by their order in STAGEPROF_HOOKED_FUNCTIONS; null for one that no
// module imports, which stays as it was found. Called while no hook is reached.
constexpr size_t kHookedFunctions = 0
#define STAGEPROF_ONE(symbol, result, parameters) +1
    STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_ONE);
#undef STAGEPROF_ONE
void FindNextAmong(void* const (&bound)[kHookedFunctions]);

// For a function that was not there at the start, such as those of libstdc++ in a program without
// C++ that loads it later for an extension. Searches where `caller`'s own module would.
void* FindForCaller(const char* symbol, const void* caller);

// The address of a function that this process may or may not have; null if not.
void* FindSymbol(const char* symbol);

// Clears the error of a failed search, which must not be the program's next dlerror.
void ForgetError();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_BOOTSTRAP_H_
