#include "rebound_imports.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../bootstrap.h"
#include "../loaded_object.h"
#include "imports.h"
#include "made_threads.h"
#include "queued_work.h"
#include "signal_users.h"
#include "threadsafe_functions.h"
#include "waits.h"

namespace stageprof_tracker {

namespace {

constexpr uint32_t kMostFunctions = kQueueingFunctions + kThreadsafeFunctions + kThreadFunctions +
                                    kWaitingFunctions + kSignalFunctions + 1;
ReboundFunction functions[kMostFunctions];
uint32_t functions_count = 0;
uintptr_t page_bytes = 4096;

const ReboundFunction* FindFunction(const char* name) {
  for (uint32_t index = 0; index < functions_count; ++index) {
    if (strcmp(functions[index].name, name) == 0) return &functions[index];
  }
  return nullptr;
}

void* (*find_symbol)(void* handle, const char* name) = nullptr;

// napi-rs asks for Node-API by dlsym. For the special handles the answer depends on who calls, so the
// real function is left to be the last that is called, and sees the addon as its caller.
void* FindForAddon(void* handle, const char* name) {
  const ReboundFunction* const function =
      handle == RTLD_DEFAULT || handle == RTLD_NEXT || name == nullptr ? nullptr
                                                                       : FindFunction(name);
  if (function == nullptr) return find_symbol(handle, name);
  void* const found = find_symbol(handle, name);
  return found == function->real ? function->wrapper : found;
}

// The part of a module that the loader has made read-only after the relocation. It covers whole pages.
struct ReadOnly {
  uintptr_t begin = 0;
  uintptr_t end = 0;

  explicit ReadOnly(const LoadedObject& object) {
    for (const Elf64_Phdr& segment : SegmentsOf(object)) {
      if (segment.p_type != PT_GNU_RELRO) continue;
      begin = (object.base + segment.p_vaddr) & ~(page_bytes - 1);
      end = (object.base + segment.p_vaddr + segment.p_memsz) & ~(page_bytes - 1);
    }
  }
  bool Has(uintptr_t address) const { return address >= begin && address < end; }
};

bool Protect(uintptr_t address, int access) {
  return syscall(SYS_mprotect, address & ~(page_bytes - 1), page_bytes, access) == 0;
}

struct Module {
  const LoadedObject& object;
  const ReadOnly read_only;
};

void Write(const Module& module, void** slot, void* value) {
  const auto address = reinterpret_cast<uintptr_t>(slot);
  const bool is_read_only = module.read_only.Has(address);
  if (is_read_only && !Protect(address, PROT_READ | PROT_WRITE)) return;
  __atomic_store_n(slot, value, __ATOMIC_RELEASE);
  if (is_read_only) Protect(address, PROT_READ);
}

// A slot that is not bound yet leads back into its own module. One that is bound to the function of
// another library, which hooks it too, is left alone.
void Rebind(const char* name, void** slot, void* context) {
  const auto& module = *static_cast<const Module*>(context);
  const ReboundFunction* const function = FindFunction(name);
  if (function == nullptr) return;
  void* const bound = __atomic_load_n(slot, __ATOMIC_RELAXED);
  const auto address = reinterpret_cast<uintptr_t>(bound);
  const bool is_own = address >= module.object.start && address < module.object.end;
  if (bound == function->real || is_own) Write(module, slot, function->wrapper);
}

bool IsOfProgram(const void* address) {
  LoadedObject object;
  return !FindLoadedObject(reinterpret_cast<uintptr_t>(address), &object) ||
         object.name == nullptr || *object.name == '\0';
}

void RebindImportsAt(const void* address) {
  LoadedObject object;
  if (!FindLoadedObject(reinterpret_cast<uintptr_t>(address), &object)) return;
  Module module = {object, ReadOnly(object)};
  VisitImports(object, Rebind, &module);
}

}  // namespace

std::atomic<uint64_t> rebound_at[kModules];
bool rebinds_imports = false;

void OpenReboundImports() {
  page_bytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  functions_count = FindQueueingFunctions(functions);
  functions_count += FindThreadsafeFunctions(functions + functions_count);
  functions_count += FindThreadFunctions(functions + functions_count);
  functions_count += FindWaitingFunctions(functions + functions_count);
  functions_count += FindSignalFunctions(functions + functions_count);
  void* const dlsym = FindSymbol("dlsym");
  if (dlsym != nullptr) {
    find_symbol = reinterpret_cast<decltype(find_symbol)>(dlsym);
    functions[functions_count++] = {"dlsym", dlsym, reinterpret_cast<void*>(FindForAddon)};
  }
  rebinds_imports = true;
  // It has come with the program, and makes threads and waits for addons in C++.
  const void* const thread = FindSymbol(
      "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE");
  if (thread != nullptr && !IsOfProgram(thread)) RebindImportsAt(thread);
}

// Two threads that meet a new module at once may each have a row of it. Both at once could protect a page that the
// other is about to write. A forked child may find it taken for ever, and then rebinds nothing more.
static std::atomic<bool> is_rebinding{false};

__attribute__((noinline, cold)) void RebindImports(uint32_t module, const void* caller) {
  const uint64_t now = page_cache.generation.load(std::memory_order_relaxed) + 1;
  if (is_rebinding.exchange(true, std::memory_order_acquire)) return;
  const int error = errno;
  if (rebound_at[module].exchange(now, std::memory_order_relaxed) != now) RebindImportsAt(caller);
  errno = error;
  is_rebinding.store(false, std::memory_order_release);
}

}  // namespace stageprof_tracker
