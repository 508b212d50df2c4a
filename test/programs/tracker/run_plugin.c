// run_plugin PLUGIN: makes more mappings than the tracker has slots for, then calls run() of the
// plugin. The mappings belong to the program itself, as Node's JS heap does, and are not followed.
#include <sys/mman.h>

#include "check.h"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  open_tracker();
  for (int i = 0; i < 20000; ++i) {
    // Neighbours differ in their access, or the kernel would join them.
    const int access = i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE;
    if (mmap(NULL, page, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) return 3;
  }
  void* plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (plugin == NULL) {
    say("%s\n", dlerror());
    return 4;
  }
  return ((int (*)(void))dlsym(plugin, "run"))();
}
