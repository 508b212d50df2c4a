// A library that breaks the process which loads it.
static volatile int* volatile nowhere = 0;

__attribute__((constructor)) static void crash(void) {
  *nowhere = 1;
}
