// The mmap family. libc maps its own memory (arenas, large blocks, stacks, modules) without passing
// here, so these hooks see what modules map directly. They do not see what a module maps by its own
// system calls.
//
// The program's own mappings are not recorded: node's are the JS heap, which V8 itself counts, 4096
// for each GiB. They would fill the table, and every munmap goes through all of it.

#include <stdarg.h>
#include <sys/mman.h>

#include "counted.h"
#include "mappings.h"
#include "modules.h"
#include "stacks/rebound_imports.h"
#include "stacks/take_stack.h"

using stageprof_tracker::AddMapping;
using stageprof_tracker::ChangeAccess;
using stageprof_tracker::FindForCaller;
using stageprof_tracker::kUnknownModule;
using stageprof_tracker::Mapping;
using stageprof_tracker::ModuleOf;
using stageprof_tracker::next;
using stageprof_tracker::program_module;
using stageprof_tracker::RebindImportsOf;
using stageprof_tracker::RemovedMappings;
using stageprof_tracker::RemoveMappings;
using stageprof_tracker::RestoreMappings;

// What glibc declares its functions as. musl declares nothing.
#ifdef __GLIBC__
#define STAGEPROF_NOTHROW noexcept
#else
#define STAGEPROF_NOTHROW
#endif

namespace {

using Map = void* (*)(void*, size_t, int, int, int, off_t);

uintptr_t Address(const void* at) {
  return reinterpret_cast<uintptr_t>(at);
}

void Add(const Mapping& mapping) {
  if (mapping.module == program_module && mapping.module != kUnknownModule) return;
  AddMapping(mapping);
}

inline void* MapCounted(Map real, const void* caller, void* at, size_t bytes, int access, int flags,
                        int file, off_t offset) {
  void* start = real(at, bytes, access, flags, file, offset);
  if (start == MAP_FAILED) return start;
  // The call has replaced what was mapped there. Removed only now: a failed call may leave it, and
  // before a successful call nobody else may have mapped there.
  RemovedMappings removed;
  if ((flags & MAP_FIXED) != 0) RemoveMappings(Address(start), bytes, &removed);
  const uint32_t module = ModuleOf(caller);
  // An addon with an allocator of its own calls no other hook.
  RebindImportsOf(module, caller);
  Add({Address(start), bytes, module, access == PROT_NONE, (flags & MAP_ANONYMOUS) == 0});
  return start;
}

}  // namespace

STAGEPROF_HOOK void* mmap(void* at, size_t bytes, int access, int flags, int file,
                          off_t offset) STAGEPROF_NOTHROW {
  return MapCounted(next.mmap, __builtin_return_address(0), at, bytes, access, flags, file, offset);
}

STAGEPROF_HOOK void* mmap64(void* at, size_t bytes, int access, int flags, int file,
                            off_t offset) STAGEPROF_NOTHROW {
  return MapCounted(next.mmap64, __builtin_return_address(0), at, bytes, access, flags, file,
                    offset);
}

// Removed before the real munmap: after it, another thread may already have mapped there.
STAGEPROF_HOOK int munmap(void* start, size_t bytes) STAGEPROF_NOTHROW {
  RemovedMappings removed;
  RemoveMappings(Address(start), bytes, &removed);
  const int result = next.munmap(start, bytes);
  if (result != 0) RestoreMappings(removed);
  return result;
}

// Where memory must not be overcommitted, and everywhere in mimalloc 2.0, an allocator reserves
// address space without access and makes pieces usable by this call.
STAGEPROF_HOOK int mprotect(void* start, size_t bytes, int access) STAGEPROF_NOTHROW {
  const int result = next.mprotect(start, bytes, access);
  if (result == 0) ChangeAccess(Address(start), bytes, access == PROT_NONE);
  return result;
}

STAGEPROF_HOOK void* mremap(void* start, size_t bytes, size_t new_bytes, int flags,
                            ...) STAGEPROF_NOTHROW {
  // The fifth argument exists only with MREMAP_FIXED. It is read in any case, as libc does.
  va_list rest;
  va_start(rest, flags);
  void* const at = va_arg(rest, void*);
  va_end(rest);

  RemovedMappings removed;
  RemoveMappings(Address(start), bytes, &removed);
  void* const moved = next.mremap(start, bytes, new_bytes, flags, at);
  if (moved == MAP_FAILED) {
    RestoreMappings(removed);
    return moved;
  }
  // The mapping still belongs to its first maker, and stays reserved if it was. If nothing was
  // removed, this is a shared mapping that was duplicated (bytes is 0), or one whose making was not
  // seen.
  const auto& old = removed.parts[0];
  const bool is_known = removed.count != 0;
  RemovedMappings replaced;
#ifdef MREMAP_FIXED
  if ((flags & MREMAP_FIXED) != 0) RemoveMappings(Address(moved), new_bytes, &replaced);
#endif
#ifdef MREMAP_DONTUNMAP
  if ((flags & MREMAP_DONTUNMAP) != 0) RestoreMappings(removed);
#endif
  Add({Address(moved), new_bytes, is_known ? old.module : ModuleOf(__builtin_return_address(0)),
       is_known && old.is_reserved, is_known && old.is_file});
  return moved;
}

STAGEPROF_HOOK int dlclose(void* module) STAGEPROF_NOTHROW {
  if (next.dlclose == nullptr) {
    const auto found = FindForCaller("dlclose", __builtin_return_address(0));
    next.dlclose = reinterpret_cast<int (*)(void*)>(found);
  }
  stageprof_tracker::PauseStacks();
  const int result = next.dlclose(module);
  // Before stacks go on: what they know of the modules may be that it is still there.
  stageprof_tracker::ForgetUnloaded();
  stageprof_tracker::ResumeStacks();
  return result;
}
