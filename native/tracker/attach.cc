#include "attach.h"

#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bootstrap.h"
#include "counted.h"
#include "counters.h"
#include "live_blocks.h"
#include "loaded_object.h"
#include "mapped_file.h"
#include "modules.h"
#include "sampling.h"
#include "stacks/imports.h"
#include "stacks/machine.h"
#include "stacks/sites.h"
#include "stacks/take_stack.h"

namespace stageprof_tracker {

namespace {

struct Hooked {
  const char* name;
  void* hook;
};

constexpr uint32_t kMostSlots = 8192;

struct Slot {
  void** at;
  void* before;
};

Slot slots[kMostSlots];
uint32_t slots_count = 0;
bool is_attached = false;
bool is_open = false;
uintptr_t page_bytes = 4096;

Hooked hooked[kHookedFunctions];
void* real[kHookedFunctions];
LoadedObject own;
LoadedObject program;

// By the loader's lookup within this library alone.
bool FindHooks() {
  const auto open = reinterpret_cast<void* (*)(const char*, int)>(FindSymbol("dlopen"));
  const auto find = reinterpret_cast<void* (*)(void*, const char*)>(FindSymbol("dlsym"));
  void* const library = open == nullptr || find == nullptr || own.name == nullptr
                            ? nullptr
                            : open(own.name, RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return false;
  uint32_t index = 0;
#define STAGEPROF_HOOKED(symbol, result, parameters) \
  hooked[index++] = {#symbol, find(library, #symbol)};
  STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_HOOKED)
#undef STAGEPROF_HOOKED
  if (next.dlclose != nullptr) next.dlclose(library);
  for (const Hooked& one : hooked) {
    const auto address = reinterpret_cast<uintptr_t>(one.hook);
    if (address < own.start || address >= own.end) return false;
  }
  return true;
}

void TakeReal() {
  uint32_t index = 0;
#define STAGEPROF_REAL(symbol, result, parameters) \
  real[index++] = reinterpret_cast<void*>(next.symbol);
  STAGEPROF_HOOKED_FUNCTIONS(STAGEPROF_REAL)
#undef STAGEPROF_REAL
}

int IndexOf(const char* name) {
  for (size_t index = 0; index < kHookedFunctions; ++index) {
    if (strcmp(hooked[index].name, name) == 0) return static_cast<int>(index);
  }
  return -1;
}

// What the loader tells of an object while its list is locked.
LoadedObject ObjectOf(const dl_phdr_info& info) {
  LoadedObject object = {info.dlpi_name, info.dlpi_addr, UINTPTR_MAX, 0, nullptr, nullptr};
  for (int index = 0; index < info.dlpi_phnum; ++index) {
    const auto& header = info.dlpi_phdr[index];
    const uintptr_t from = info.dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_DYNAMIC) object.dynamic = reinterpret_cast<const void*>(from);
    if (header.p_type != PT_LOAD) continue;
    if (from < object.start) object.start = from;
    if (from + header.p_memsz > object.end) object.end = from + header.p_memsz;
  }
  return object;
}

bool Has(const LoadedObject& object, const void* address) {
  const auto at = reinterpret_cast<uintptr_t>(address);
  return at >= object.start && at < object.end;
}

struct Pages {
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

// What the loader makes read-only when it has relocated an object.
Pages ReadOnlyPages(const dl_phdr_info& info) {
  for (int index = 0; index < info.dlpi_phnum; ++index) {
    const auto& header = info.dlpi_phdr[index];
    if (header.p_type != PT_GNU_RELRO) continue;
    return {(info.dlpi_addr + header.p_vaddr) & ~(page_bytes - 1),
            (info.dlpi_addr + header.p_vaddr + header.p_memsz) & ~(page_bytes - 1)};
  }
  return {};
}

// The loader lists an object before it has relocated it, and holds another lock meanwhile. Its own table has the
// object only afterwards, and before 2.35, where there is no such table, the pages are still writable. To protect one
// of them before would end the thread that loads.
bool IsRelocated(const dl_phdr_info& info, const LoadedObject& object) {
  LoadedObject finished;
  if (LoaderAnswers())
    return FindLoadedObject(reinterpret_cast<uintptr_t>(object.dynamic), &finished);
  const Pages pages = ReadOnlyPages(info);
  MappedRange range;
  return pages.begin >= pages.end || !FindMappedRange(pages.begin, &range) || !range.is_writable;
}

// The page that has a slot, made writable as long as this lives if the loader has made it read-only
// after the relocation.
class WritablePage {
 public:
  WritablePage(const dl_phdr_info& info, void** slot) {
    const auto at = reinterpret_cast<uintptr_t>(slot);
    const Pages pages = ReadOnlyPages(info);
    if (at >= pages.begin && at < pages.end) page_ = at & ~(page_bytes - 1);
    is_writable_ = page_ == 0 || Protect(PROT_READ | PROT_WRITE);
  }
  ~WritablePage() {
    if (page_ != 0 && is_writable_) Protect(PROT_READ);
  }
  WritablePage(const WritablePage&) = delete;
  WritablePage& operator=(const WritablePage&) = delete;

  explicit operator bool() const { return is_writable_; }

 private:
  bool Protect(int access) { return syscall(SYS_mprotect, page_, page_bytes, access) == 0; }

  uintptr_t page_ = 0;
  bool is_writable_ = false;
};

// The program comes first.
int FindEnds(dl_phdr_info* info, size_t, void*) {
  const LoadedObject object = ObjectOf(*info);
  if (program.end == 0) program = object;
  if (Has(object, &slots)) own = object;
  return 0;
}

struct Walk {
  const dl_phdr_info* info;
  LoadedObject object;
  bool is_allocators;  // whether it defines the functions that it binds to as well
  bool has_any;
  ReboundSlots* sums;
};

// Objects of the loader and of the kernel have no imports of these functions.
template <void (*kVisit)(const char*, void**, void*)>
int WalkObject(dl_phdr_info* info, size_t, void* data) {
  const LoadedObject object = ObjectOf(*info);
  if (object.dynamic == nullptr || object.start >= object.end || object.start == own.start) {
    return 0;
  }
  if (!IsRelocated(*info, object)) return 0;
  const bool is_allocators = Has(object, real[0]);
  Walk walk = {info, object, is_allocators, false, static_cast<ReboundSlots*>(data)};
  VisitImports(object, kVisit, &walk, is_allocators ? Bindings::kAll : Bindings::kImports);
  if (walk.has_any) ++walk.sums->modules;
  return 0;
}

// A slot that is not bound yet leads back into its own module, and so does one of a program that is
// not position-independent, where the address of a function is that of its own jump to it.
void TakeBound(const char* name, void** slot, void* context) {
  const auto& walk = *static_cast<const Walk*>(context);
  const int index = IndexOf(name);
  if (index < 0) return;
  void* const bound = __atomic_load_n(slot, __ATOMIC_RELAXED);
  if (bound == nullptr || Has(walk.object, bound) || Has(own, bound) || Has(program, bound)) return;
  // The first in the order of the loader is the program's own.
  if (real[index] == nullptr) real[index] = bound;
}

void Rebind(const char* name, void** slot, void* context) {
  auto& walk = *static_cast<Walk*>(context);
  const int index = IndexOf(name);
  if (index < 0 || real[index] == nullptr) return;
  void* const bound = __atomic_load_n(slot, __ATOMIC_RELAXED);
  if (bound == hooked[index].hook) {
    walk.has_any = true;
    return;
  }
  // One that is not bound yet leads to the start of the search for its function.
  const bool is_unbound = !walk.is_allocators && Has(walk.object, bound);
  if ((bound != real[index] && !is_unbound) || slots_count == kMostSlots) return;
  const WritablePage page(*walk.info, slot);
  if (!page) return;
  slots[slots_count++] = {slot, bound};
  __atomic_store_n(slot, hooked[index].hook, __ATOMIC_RELEASE);
  walk.has_any = true;
}

// Slots of modules that were unloaded are not met. Their memory may be somebody else's by now.
void Restore(const char* name, void** slot, void* context) {
  auto& walk = *static_cast<Walk*>(context);
  const int index = IndexOf(name);
  if (index < 0 || __atomic_load_n(slot, __ATOMIC_RELAXED) != hooked[index].hook) return;
  void* before = real[index];
  for (uint32_t at = 0; at < slots_count; ++at) {
    if (slots[at].at == slot) before = slots[at].before;
  }
  walk.has_any = true;
  ++walk.sums->rebound;
  const WritablePage page(*walk.info, slot);
  if (!page) return;
  __atomic_store_n(slot, before, __ATOMIC_RELEASE);
  ++walk.sums->restored;
}

const char* Open(uint64_t rate) {
  if (!kKnowsMachine) return "imports are known on x86-64 and arm64 alone";
  OpenLoadedObjects();
  dl_iterate_phdr(FindEnds, nullptr);
  if (own.end == 0 || !FindHooks()) return "the tracker does not find itself";
  page_bytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  memset(real, 0, sizeof real);
  ReboundSlots none = {};
  dl_iterate_phdr(WalkObject<TakeBound>, &none);
  if (real[0] == nullptr) return "the program has an allocator of its own built in";
  FindNextAmong(real);
  if (failure != nullptr) return failure;
  TakeReal();
  is_attached = true;
  OpenSampling(rate, true);
  OpenModules(true);
  HandOver();
  return nullptr;
}

}  // namespace

bool IsAttached() {
  return is_attached;
}

const char* Attach(uint64_t rate) {
  const int error = errno;
  const char* missing = nullptr;
  if (!is_open) {
    missing = Open(rate);
    is_open = missing == nullptr;
  } else {
    ForgetAllSampled();
    ForgetSiteCounts();
    ForgetHeld();
    RefreshModules();
  }
  ForgetError();
  errno = error;
  return missing;
}

ReboundSlots RebindAll() {
  const int error = errno;
  ReboundSlots sums = {};
  if (is_open) dl_iterate_phdr(WalkObject<Rebind>, &sums);
  sums.rebound = slots_count;
  errno = error;
  return sums;
}

ReboundSlots Detach() {
  const int error = errno;
  ReboundSlots sums = {};
  if (is_open) dl_iterate_phdr(WalkObject<Restore>, &sums);
  slots_count = 0;
  errno = error;
  return sums;
}

}  // namespace stageprof_tracker
