// Runs with allocating_dlsym preloaded, and frees the blocks that its dlsym allocated.
#include "check.h"

int main(void) {
  open_tracker();
  const char* (*use)(void) = (const char* (*)(void))dlsym(RTLD_DEFAULT, "use_kept");
  const int64_t live = read_now().live_bytes;
  say("%s\n", use());
  const int64_t freed = live - read_now().live_bytes;
  check("arena blocks were live", 1, freed > 0 && freed <= 4 * 320);
  return 0;
}
