// A C++ extension for a program without C++. libstdc++ is loaded with it and serves it alone.
#include <stdlib.h>

#include <new>

extern "C" void* make_by_malloc(size_t bytes) {
  return malloc(bytes);
}

extern "C" void* make_by_new(size_t bytes) {
  return ::operator new(bytes);
}

// new[] of libstdc++ jumps to its new.
extern "C" void* make_by_new_array(size_t bytes) {
  return ::operator new[](bytes);
}

extern "C" void release(void** blocks, int count) {
  for (int i = 0; i < count; ++i) {
    if (i % 2 == 0) {
      free(blocks[i]);
    } else if (i % 4 == 1) {
      ::operator delete(blocks[i]);
    } else {
      ::operator delete[](blocks[i]);
    }
  }
}
