#ifndef STAGEPROF_TRACKER_SYMBOL_SEARCH_H_
#define STAGEPROF_TRACKER_SYMBOL_SEARCH_H_

namespace stageprof_tracker {

// What dlsym and dladdr tell. Before glibc 2.34 they are in a library of their own, libdl, which a
// program that loads nothing is not linked with: sh, for example. There the tables of the loaded objects
// are searched instead, for the version of a symbol that a program is linked with today.

// In the objects behind the tracker, as with RTLD_NEXT.
void* FindNextSymbol(const char* symbol);
// In all objects, as with RTLD_DEFAULT.
void* FindAnySymbol(const char* symbol);
// The start of the object that has the address; null if none has.
const void* FindObjectOf(const void* address);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_SYMBOL_SEARCH_H_
