#include <stddef.h>

// The call must not be a tail call, because the address that it returns to must be in this module.
void* allocate_here(void* (*allocate)(size_t), size_t bytes) {
  void* volatile block = allocate(bytes);
  return block;
}
