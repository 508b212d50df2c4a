#ifndef STAGEPROF_TRACKER_BOOTSTRAP_H_
#define STAGEPROF_TRACKER_BOOTSTRAP_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hooked_functions.h"

namespace stageprof_tracker {

// The functions behind the hooks: the next ones in the order in which the loader searches, libc's
// or those of an allocator that stands between. Every pointer begins as a function that finds them
// all, so that a hook calls without asking whether it may: malloc is called before any constructor,
// the tracker's included. Written then, while there is one thread; later only what comes with a
// library that is loaded later, operators and dlclose: two threads that meet one both write the
// same word.
struct Next {
#define STAGEPROF_MEMBER(symbol, result, parameters) result(*symbol) parameters;
  STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_MEMBER)
#undef STAGEPROF_MEMBER
  size_t (*malloc_usable_size)(void*);

  // Whether the function comes from the object that serves malloc. If not, its blocks are not
  // counted: jemalloc has no pvalloc, and to ask jemalloc for the size of glibc's block crashes.
  struct {
#define STAGEPROF_MEMBER(symbol, result, parameters) bool symbol;
    STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_MEMBER)
#undef STAGEPROF_MEMBER
  } beside_malloc;
};

extern Next next;

// Why blocks cannot be counted; null if they can.
extern const char* failure;

// For what was not there at the start: libstdc++ in a program without C++, loaded later for an
// extension alone. Looks where `caller`'s own module would.
void* FindForCaller(const char* symbol, const void* caller);

// The address of a function this process may or may not have; null if not.
void* FindSymbol(const char* symbol);

// What was not found must not be the program's next dlerror.
void ForgetError();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_BOOTSTRAP_H_
