// An extension with operators of its own. Only its delete may free what its new returns.
#include <stdlib.h>

#include <new>

static const size_t kPadding = 64;

void* operator new(size_t bytes) {
  return static_cast<char*>(malloc(bytes + kPadding)) + kPadding;
}

void operator delete(void* block) noexcept {
  if (block != nullptr) free(static_cast<char*>(block) - kPadding);
}

void operator delete(void* block, size_t) noexcept {
  operator delete(block);
}

extern "C" void* make() {
  return ::operator new(100);
}
