#include <stddef.h>

// Not as its last act: the address that allocate returns to must be here.
void* allocate_here(void* (*allocate)(size_t), size_t bytes) {
  void* volatile block = allocate(bytes);
  return block;
}
