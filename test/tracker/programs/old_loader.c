// A loader that cannot be asked whose code an address is in, as glibc's before 2.35 cannot.
int _dl_find_object(void* address, void* result) {
  (void)address;
  (void)result;
  return -1;
}
