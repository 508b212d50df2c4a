// hot_loop PAIRS BYTES: takes a block of so many bytes and frees it, again and again.
#include <stdlib.h>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const long pairs = atol(argv[1]);
  const size_t bytes = (size_t)atol(argv[2]);
  for (long i = 0; i < pairs; ++i) {
    // volatile, because the compiler may drop a malloc whose result is only freed.
    void* volatile block = malloc(bytes);
    free(block);
  }
  return 0;
}
