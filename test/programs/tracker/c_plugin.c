#include <stdlib.h>

void* make(size_t bytes) {
  return malloc(bytes);
}
