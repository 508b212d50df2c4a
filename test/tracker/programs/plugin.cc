// A C++ extension for a program without C++: libstdc++ comes with it, and for it alone.
#include <stdlib.h>

#include <new>

extern "C" void* make_by_malloc(size_t bytes) {
  return malloc(bytes);
}

extern "C" void* make_by_new(size_t bytes) {
  try {
    // volatile: not to be left out.
    void* volatile never = ::operator new(static_cast<size_t>(-1) / 4);
    return never;
  } catch (const std::bad_alloc&) {
    return ::operator new(bytes);
  }
}

extern "C" void release(void** blocks, int count) {
  for (int i = 0; i < count; ++i) {
    if (i % 2 == 0) {
      free(blocks[i]);
    } else {
      ::operator delete(blocks[i]);
    }
  }
}
