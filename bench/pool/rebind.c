/*
 * Prototype for docs/pool.md, not part of the package. Preloaded, it tries the two ways by which a
 * library could see the work that addons queue on libuv's pool:
 *
 *   interposed  its own definitions of the queueing functions, if any caller is bound to them
 *   rebound     with STAGEPROF_REBIND=1, the import slots of every module, rewritten after each dlopen
 *
 * At the end of the process one line of JSON goes to the file that STAGEPROF_REBIND_OUT names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef void (*execute_fn)(void* env, void* data);
typedef void (*complete_fn)(void* env, int status, void* data);
typedef int (*create_fn)(void*, void*, void*, execute_fn, complete_fn, void*, void**);
typedef int (*queue_fn)(void*, void*);
typedef int (*uv_fn)(void*, void*, void*, void*);

static atomic_long created, queued, uv_queued, slots, read_only_slots;
static atomic_llong execute_ns;
static int rebinds;

static void* real(const char* name) {
  /* The program's own definition, because the program is first in the order of look-up. */
  void* found = dlsym(RTLD_DEFAULT, name);
  return found;
}

struct work {
  execute_fn execute;
  complete_fn complete;
  void* data;
};

static long long thread_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void run(void* env, void* data) {
  struct work* work = data;
  long long start = thread_ns();
  work->execute(env, work->data);
  execute_ns += thread_ns() - start;
}

static void done(void* env, int status, void* data) {
  struct work* work = data;
  if (work->complete) work->complete(env, status, work->data);
}

static int my_create(void* env, void* resource, void* name, execute_fn execute,
                     complete_fn complete, void* data, void** result) {
  created++;
  struct work* work = malloc(sizeof *work); /* never freed, which is enough for a prototype */
  *work = (struct work){execute, complete, data};
  return ((create_fn)real("napi_create_async_work"))(env, resource, name, run, done, work, result);
}

static int my_queue(void* env, void* work) {
  queued++;
  return ((queue_fn)real("napi_queue_async_work"))(env, work);
}

static int my_uv_queue(void* loop, void* request, void* work, void* after) {
  uv_queued++;
  return ((uv_fn)real("uv_queue_work"))(loop, request, work, after);
}

/* Called only if some caller is bound to this library instead of the program. */
static atomic_long interposed;
__attribute__((visibility("default"))) int napi_queue_async_work(void* env, void* work) {
  interposed++;
  return my_queue(env, work);
}
__attribute__((visibility("default"))) int uv_queue_work(void* a, void* b, void* c, void* d) {
  interposed++;
  return my_uv_queue(a, b, c, d);
}

static void* replacement(const char* name) {
  if (strcmp(name, "napi_create_async_work") == 0) return (void*)my_create;
  if (strcmp(name, "napi_queue_async_work") == 0) return (void*)my_queue;
  if (strcmp(name, "uv_queue_work") == 0) return (void*)my_uv_queue;
  return NULL;
}

struct tables {
  const ElfW(Sym) * symbols;
  const char* strings;
  const ElfW(Rela) * relocations[2];
  size_t sizes[2];
};

static void patch(const struct dl_phdr_info* module, const ElfW(Rela) * relocation, void* to) {
  void** slot = (void**)(module->dlpi_addr + relocation->r_offset);
  if (*slot == to) return;
  for (int index = 0; index < module->dlpi_phnum; ++index) {
    const ElfW(Phdr)* header = &module->dlpi_phdr[index];
    if (header->p_type != PT_GNU_RELRO) continue;
    const ElfW(Addr) start = module->dlpi_addr + header->p_vaddr;
    if ((ElfW(Addr))slot < start || (ElfW(Addr))slot >= start + header->p_memsz) continue;
    const long page = sysconf(_SC_PAGESIZE);
    mprotect((void*)((ElfW(Addr))slot & -page), page, PROT_READ | PROT_WRITE);
    *slot = to;
    mprotect((void*)((ElfW(Addr))slot & -page), page, PROT_READ);
    ++read_only_slots;
    ++slots;
    return;
  }
  *slot = to;
  ++slots;
}

static int visit(struct dl_phdr_info* module, size_t size, void* unused) {
  (void)size;
  (void)unused;
  if (module->dlpi_name[0] == '\0' || strstr(module->dlpi_name, "rebind") != NULL) return 0;
  struct tables t = {0};
  for (int index = 0; index < module->dlpi_phnum; ++index) {
    if (module->dlpi_phdr[index].p_type != PT_DYNAMIC) continue;
    const ElfW(Dyn)* entry =
        (const ElfW(Dyn)*)(module->dlpi_addr + module->dlpi_phdr[index].p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_SYMTAB) t.symbols = (const ElfW(Sym)*)entry->d_un.d_ptr;
      if (entry->d_tag == DT_STRTAB) t.strings = (const char*)entry->d_un.d_ptr;
      if (entry->d_tag == DT_JMPREL) t.relocations[0] = (const ElfW(Rela)*)entry->d_un.d_ptr;
      if (entry->d_tag == DT_PLTRELSZ) t.sizes[0] = entry->d_un.d_val;
      if (entry->d_tag == DT_RELA) t.relocations[1] = (const ElfW(Rela)*)entry->d_un.d_ptr;
      if (entry->d_tag == DT_RELASZ) t.sizes[1] = entry->d_un.d_val;
    }
  }
  /* The kernel's vdso is not relocated. */
  if (t.symbols == NULL || (ElfW(Addr))t.symbols < module->dlpi_addr) return 0;
  for (int table = 0; table < 2; ++table) {
    for (size_t i = 0; i < t.sizes[table] / sizeof(ElfW(Rela)); ++i) {
      const ElfW(Rela)* relocation = &t.relocations[table][i];
      const ElfW(Sym)* symbol = &t.symbols[ELF64_R_SYM(relocation->r_info)];
      if (symbol->st_name == 0 || symbol->st_shndx != SHN_UNDEF) continue;
      void* to = replacement(t.strings + symbol->st_name);
      if (to != NULL) patch(module, relocation, to);
    }
  }
  return 0;
}

__attribute__((visibility("default"))) void* dlopen(const char* path, int flags) {
  static void* (*next)(const char*, int);
  if (next == NULL) next = (void* (*)(const char*, int))dlsym(RTLD_NEXT, "dlopen");
  void* handle = next(path, flags);
  if (rebinds) dl_iterate_phdr(visit, NULL);
  return handle;
}

__attribute__((constructor)) static void start(void) {
  rebinds = getenv("STAGEPROF_REBIND") != NULL;
}

__attribute__((destructor)) static void report(void) {
  const char* path = getenv("STAGEPROF_REBIND_OUT");
  FILE* out = path == NULL ? NULL : fopen(path, "w");
  if (out == NULL) return;
  fprintf(out,
          "{\"interposed\":%ld,\"slots\":%ld,\"readOnlySlots\":%ld,\"created\":%ld,\"queued\":%ld,"
          "\"uvQueued\":%ld,\"executeS\":%.6f}\n",
          interposed, slots, read_only_slots, created, queued, uv_queued, execute_ns / 1e9);
  fclose(out);
}
