// full_tables BLOCKS: allocates so many blocks by 16,384 different stacks, and prints the resident set.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kBits = 14, kBytes = 24 };

// Each bit of the number is a call of its own.
__attribute__((noinline, noclone)) static void* through(uint32_t path, int bits) {
  void* volatile block;
  if (bits == 0) {
    block = malloc(kBytes);
  } else if ((path & 1) != 0) {
    block = through(path >> 1, bits - 1);
    // So that the compiler does not make one of the two calls.
    __asm__ volatile("nop");
  } else {
    block = through(path >> 1, bits - 1);
  }
  return block;
}

static long resident_kib(void) {
  char line[256];
  long kib = 0;
  FILE* const status = fopen("/proc/self/status", "r");
  while (fgets(line, sizeof line, status) != NULL) {
    if (sscanf(line, "VmRSS: %ld", &kib) == 1) break;
  }
  fclose(status);
  return kib;
}

int main(int count, char** arguments) {
  const uint32_t blocks = (uint32_t)strtoul(arguments[count - 1], NULL, 10);
  const long before = resident_kib();
  void** const kept = malloc(blocks * sizeof *kept);
  for (uint32_t number = 0; number < blocks; ++number) kept[number] = through(number, kBits);
  printf("%ld\n", resident_kib() - before);
  // The compiler must not leave them out.
  return kept[0] == kept[blocks - 1];
}
