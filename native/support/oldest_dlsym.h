#ifndef STAGEPROF_SUPPORT_OLDEST_DLSYM_H_
#define STAGEPROF_SUPPORT_OLDEST_DLSYM_H_

// Included where dlsym is called, by the addon and by the tracker.
//
// glibc 2.34 moved dlsym into libc and gave it a new version. A library that is linked to that
// version would not load on RHEL 8 (2.28). Every glibc has the old version.

#include <dlfcn.h>
#include <features.h>

#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
#elif defined(__GLIBC__) && (defined(__aarch64__) || defined(__powerpc64__))
__asm__(".symver dlsym, dlsym@GLIBC_2.17");
#endif

#endif  // STAGEPROF_SUPPORT_OLDEST_DLSYM_H_
