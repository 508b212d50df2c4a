// Once it is loaded, this library holds 32 blocks of 1 MiB in live native memory.
#include <stdlib.h>
#include <string.h>

__attribute__((constructor)) static void hold(void) {
  for (int i = 0; i < 32; ++i) {
    void* block = malloc(1 << 20);
    if (block != NULL) memset(block, 1, 1 << 20);
  }
}
