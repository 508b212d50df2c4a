// What Debian's libstdc++ and libgcc_s find in glibc and not in musl. A test vehicle: with it a Node that is linked with musl
// runs on Debian.
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

char __libc_single_threaded = 0;

// Old versions of its own symbols, which the loader of musl passes over.
char __cpu_model[64];
int __cpu_indicator_init(void) {
  return 0;
}

int __pthread_key_create(pthread_key_t* key, void (*end)(void*)) {
  return pthread_key_create(key, end);
}

size_t __strftime_l(char* text, size_t bytes, const char* format, const struct tm* time,
                    locale_t locale) {
  return strftime_l(text, bytes, format, time, locale);
}

// What a thread leaves behind is left: no test ends many threads.
int __cxa_thread_atexit_impl(void (*end)(void*), void* object, void* library) {
  (void)end;
  (void)object;
  (void)library;
  return 0;
}

uint32_t arc4random(void) {
  uint32_t number = 0;
  getrandom(&number, sizeof number, 0);
  return number;
}

// std::string::_M_replace_cold, which GCC 13 has brought: replaces a part by characters of the same string.
void _ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm(
    void* string, char* at, size_t old_bytes, const char* from, size_t new_bytes, size_t after) {
  (void)string;
  if (new_bytes <= old_bytes) memmove(at, from, new_bytes);
  if (after != 0 && old_bytes != new_bytes) memmove(at + new_bytes, at + old_bytes, after);
  if (new_bytes <= old_bytes) return;
  if (from + new_bytes <= at + old_bytes) {
    memmove(at, from, new_bytes);
  } else if (from >= at + old_bytes) {
    memmove(at, from + (new_bytes - old_bytes), new_bytes);
  } else {
    const size_t left = (size_t)(at + old_bytes - from);
    memmove(at, from, left);
    memmove(at + left, at + new_bytes, new_bytes - left);
  }
}

// _dl_find_object for libgcc_s alone, in which the name was changed: the tracker must not find what musl does not have.
struct found_object {
  unsigned long long flags;
  void* map_start;
  void* map_end;
  void* map;
  void* eh_frame;
  unsigned long long reserved[8];
};

struct search {
  uintptr_t address;
  struct found_object* found;
};

static int see(struct dl_phdr_info* info, size_t bytes, void* data) {
  struct search* search = data;
  uintptr_t from = UINTPTR_MAX;
  uintptr_t to = 0;
  void* table = NULL;
  (void)bytes;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME) table = (void*)start;
    if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
    if (start < from) from = start;
    if (start + info->dlpi_phdr[i].p_memsz > to) to = start + info->dlpi_phdr[i].p_memsz;
  }
  if (search->address < from || search->address >= to) return 0;
  *search->found = (struct found_object){0, (void*)from, (void*)to, NULL, table, {0}};
  return 1;
}

int shimfind_object(void* address, struct found_object* found) {
  struct search search = {(uintptr_t)address, found};
  return dl_iterate_phdr(see, &search) != 0 ? 0 : -1;
}
