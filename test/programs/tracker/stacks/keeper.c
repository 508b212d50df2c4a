// A library with one function that allocates.
#include <errno.h>
#include <stdlib.h>

__attribute__((noinline)) void* keep(size_t bytes) {
  return (char*)malloc(bytes) + 0 * errno;
}
