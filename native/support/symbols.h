#ifndef STAGEPROF_SUPPORT_SYMBOLS_H_
#define STAGEPROF_SUPPORT_SYMBOLS_H_

namespace stageprof {

// The address of a function that this process may or may not have; null if not. What is newer than
// the oldest supported libc, or not part of Node-API, is found here instead of being linked.
void* FindSymbol(const char* name);

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_SYMBOLS_H_
