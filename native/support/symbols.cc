#include "symbols.h"

// Of the dl family only dlsym has a newer version: all else is old already.
#include "oldest_dlsym.h"

namespace stageprof {

void* FindSymbol(const char* name) {
  return dlsym(RTLD_DEFAULT, name);
}

}  // namespace stageprof
