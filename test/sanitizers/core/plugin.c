#include <stddef.h>

// The call must not be a tail call, because the address that it returns to must be in this module.
void* allocate_here(void* (*allocate)(size_t), size_t bytes) {
  void* volatile block = allocate(bytes);
  return block;
}

// Each frame of the chain is one of the stack.
__attribute__((noinline)) void* allocate_deep(void* (*allocate)(size_t), size_t bytes, int depth) {
  void* volatile block = depth > 0 ? allocate_deep(allocate, bytes, depth - 1) : allocate(bytes);
  return block;
}
