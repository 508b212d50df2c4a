#include "symbols.h"

// dlsym is the only function of the dl family whose old version is needed.
#include "oldest_dlsym.h"

namespace stageprof {

void* FindSymbol(const char* name) {
  return dlsym(RTLD_DEFAULT, name);
}

}  // namespace stageprof
