// The mmap family. libc maps its own memory (arenas, large blocks, stacks, modules) without passing
// here, so what is seen is what modules map directly; not by system calls of their own, which
// nobody sees.
//
// The program's own mappings are let through: node's are the JS heap, which V8 itself knows, 4096
// of them for each GiB. They would fill the table, and every munmap looks at all of it.

// node-gyp sets it, and then mmap is declared as another name of mmap64; both are defined here.
#undef _FILE_OFFSET_BITS
#include <stdarg.h>
#include <sys/mman.h>
#undef mmap64

#include "counted.h"
#include "mappings.h"
#include "modules.h"

using stageprof_tracker::AddMapping;
using stageprof_tracker::ChangeAccess;
using stageprof_tracker::FindForCaller;
using stageprof_tracker::kUnknownModule;
using stageprof_tracker::Mapping;
using stageprof_tracker::ModuleOf;
using stageprof_tracker::next;
using stageprof_tracker::program_module;
using stageprof_tracker::RemovedMappings;
using stageprof_tracker::RemoveMappings;
using stageprof_tracker::RestoreMappings;

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
  // What lay there is gone. Only then: a failed call may leave it, and before a successful one
  // nobody else may have mapped there.
  RemovedMappings removed;
  if ((flags & MAP_FIXED) != 0) RemoveMappings(Address(start), bytes, &removed);
  Add({Address(start), bytes, ModuleOf(caller), access == PROT_NONE, (flags & MAP_ANONYMOUS) == 0});
  return start;
}

}  // namespace

STAGEPROF_HOOK void* mmap(void* at, size_t bytes, int access, int flags, int file,
                          off_t offset) noexcept {
  return MapCounted(next.mmap, __builtin_return_address(0), at, bytes, access, flags, file, offset);
}

STAGEPROF_HOOK void* mmap64(void* at, size_t bytes, int access, int flags, int file,
                            off_t offset) noexcept {
  return MapCounted(next.mmap64, __builtin_return_address(0), at, bytes, access, flags, file,
                    offset);
}

// Before the real munmap: after it, another thread may already have mapped there.
STAGEPROF_HOOK int munmap(void* start, size_t bytes) noexcept {
  RemovedMappings removed;
  RemoveMappings(Address(start), bytes, &removed);
  const int result = next.munmap(start, bytes);
  if (result != 0) RestoreMappings(removed);
  return result;
}

// Where memory is not to be overcommitted, and in mimalloc 2.0 anywhere, an allocator reserves
// without access and makes pieces usable by this.
STAGEPROF_HOOK int mprotect(void* start, size_t bytes, int access) noexcept {
  const int result = next.mprotect(start, bytes, access);
  if (result == 0) ChangeAccess(Address(start), bytes, access == PROT_NONE);
  return result;
}

STAGEPROF_HOOK void* mremap(void* start, size_t bytes, size_t new_bytes, int flags, ...) noexcept {
  // The fifth argument is there only with MREMAP_FIXED, and read in any case, as libc does.
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
  // Still its first maker's, and reserved if it was. Nothing removed: a shared mapping made once
  // more (bytes is 0), or one nobody saw being made.
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

STAGEPROF_HOOK int dlclose(void* module) noexcept {
  if (next.dlclose == nullptr) {
    const auto found = FindForCaller("dlclose", __builtin_return_address(0));
    next.dlclose = reinterpret_cast<int (*)(void*)>(found);
  }
  const int result = next.dlclose(module);
  stageprof_tracker::ForgetUnloaded();
  return result;
}
