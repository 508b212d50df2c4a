#include "symbols.h"

#include <dlfcn.h>
#include <features.h>

// glibc 2.34 moved dlsym into libc and gave it a new version. Linked as such, the addon would not
// load on RHEL 8 (2.28); the old version stands in every glibc. Only dlsym: all else is old
// already.
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.17");
#endif

namespace stageprof {

void* FindSymbol(const char* name) {
  return dlsym(RTLD_DEFAULT, name);
}

}  // namespace stageprof
