// The malloc family. No hook allocates, locks or prints, and errno is what the real function leaves
// there.
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "arena.h"
#include "bootstrap.h"
#include "counted.h"

using stageprof_tracker::AddAllocated;
using stageprof_tracker::AddFreed;
using stageprof_tracker::AllocatedBlocks;
using stageprof_tracker::Arena;
using stageprof_tracker::BlockBytes;
using stageprof_tracker::BytesOfHeader;
using stageprof_tracker::Counted;
using stageprof_tracker::CountedByModule;
using stageprof_tracker::CountFreed;
using stageprof_tracker::EndBatch;
using stageprof_tracker::EndBatchWith;
using stageprof_tracker::ForgetLive;
using stageprof_tracker::FreedBlocks;
using stageprof_tracker::HeaderOf;
using stageprof_tracker::IsMapped;
using stageprof_tracker::MayBeSampled;
using stageprof_tracker::next;
using stageprof_tracker::RestoreFreed;
using stageprof_tracker::RestoreSampled;
using stageprof_tracker::SampledBlock;
using stageprof_tracker::Shard;
using stageprof_tracker::thread_counters;

namespace {

// Moves a block that was made before the real functions were found, since they do not know it.
__attribute__((noinline, cold)) void* MoveOutOfArena(void* block, size_t bytes,
                                                     const void* caller) {
  void* moved = Counted(next.malloc(bytes), caller);
  if (moved == nullptr) return nullptr;
  const size_t usable = Arena::UsableBytes(block);
  memcpy(moved, block, usable < bytes ? usable : bytes);
  CountFreed(usable);
  return moved;
}

// The old block is counted as freed first: after the real realloc, another thread may own its
// address. A null result means that realloc failed and the old block lives on. With a size of zero
// it means instead that libc has treated realloc(block, 0) as free(block), as glibc does, but not
// jemalloc and musl.
inline void* Reallocate(void* block, size_t bytes, const void* caller) {
  if (block == nullptr) {
    const uint64_t blocks = AllocatedBlocks();
    return CountedOnce(next.realloc(nullptr, bytes), blocks, caller);
  }
  if (__builtin_expect(Arena::Holds(block), 0)) return MoveOutOfArena(block, bytes, caller);
  const size_t usable = BlockBytes(block);
  CountFreed(usable);
  const SampledBlock sampled = ForgetLive(block);
  // Only now: the first operation of a thread moves its counts to a shard, which has those of others already.
  const uint64_t allocated = AllocatedBlocks();
  const uint64_t freed = FreedBlocks();
  void* result = next.realloc(block, bytes);
  // realloc was done by a malloc and a free that passed their own hooks.
  if (__builtin_expect(FreedBlocks() != freed, 0)) RestoreFreed(usable);
  if (result != nullptr) return CountedOnce(result, allocated, caller);
  if (bytes != 0) {
    RestoreFreed(usable);
    RestoreSampled(block, sampled);
  }
  return nullptr;
}

// malloc and free take few instructions where a thread has a plain shard. The rest is in functions
// of its own that are called last. Otherwise every call would save the registers that they need.

__attribute__((noinline)) void* AllocateOtherwise(size_t bytes) {
  void* block = next.malloc(bytes);
  Shard* shard = thread_counters.module_shard;
  if (__builtin_expect(shard != nullptr && block != nullptr, 1)) {
    const size_t header = HeaderOf(block);
    if (!IsMapped(header)) {
      return CountedByModule(shard, block, BytesOfHeader(header), __builtin_return_address(0));
    }
  }
  return Counted(block, __builtin_return_address(0));
}

// Blocks with a mapping of their own, and no block at all. Modules are not charged here.
__attribute__((noinline, cold)) void* CountedUnusual(void* block) {
  return Counted(block, nullptr);
}

// All that is neither plain nor by module, and what ends a batch or frees a sampled block.
__attribute__((noinline)) void FreeUnusual(void* block) {
  if (block == nullptr) return;
  if (__builtin_expect(Arena::Holds(block), 0)) return CountFreed(Arena::UsableBytes(block));
  CountFreed(BlockBytes(block));
  ForgetLive(block);
  next.free(block);
}

__attribute__((noinline, cold)) void EndBatchAndFree(void* block) {
  EndBatch();
  next.free(block);
}

__attribute__((noinline)) void FreeOtherwise(void* block) {
  Shard* shard = thread_counters.module_shard;
  if (__builtin_expect(shard != nullptr && block != nullptr, 1)) {
    const size_t header = HeaderOf(block);
    // The filter is empty where no blocks are sampled.
    if (!IsMapped(header) && !MayBeSampled(block)) {
      if (__builtin_expect(AddFreed(shard, BytesOfHeader(header)), 0)) {
        return EndBatchAndFree(block);
      }
      return next.free(block);
    }
  }
  FreeUnusual(block);
}

inline void Free(void* block) {
  Shard* shard = thread_counters.plain_shard;
  if (__builtin_expect(shard != nullptr && block != nullptr, 1)) {
    const size_t header = HeaderOf(block);
    // A block of the arena looks like one with a mapping of its own.
    if (!IsMapped(header)) {
      if (__builtin_expect(AddFreed(shard, BytesOfHeader(header)), 0)) {
        return EndBatchAndFree(block);
      }
      return next.free(block);
    }
  }
  FreeOtherwise(block);
}

}  // namespace

// ThreadSanitizer's code at the end of a function would make AllocateOtherwise return to this one,
// and this library the caller.
STAGEPROF_HOOK __attribute__((no_sanitize("thread"))) void* malloc(size_t bytes) {
  Shard* shard = thread_counters.plain_shard;
  if (__builtin_expect(shard == nullptr, 0)) return AllocateOtherwise(bytes);
  void* block = next.malloc(bytes);
  if (__builtin_expect(block == nullptr, 0)) return CountedUnusual(block);
  const size_t header = HeaderOf(block);
  if (IsMapped(header)) return CountedUnusual(block);
  if (__builtin_expect(AddAllocated(shard, BytesOfHeader(header)), 0)) return EndBatchWith(block);
  return block;
}

STAGEPROF_HOOK void free(void* block) {
  Free(block);
}

STAGEPROF_HOOK void* calloc(size_t count, size_t bytes) {
  return STAGEPROF_COUNTED_ONCE(calloc, (count, bytes));
}

STAGEPROF_HOOK void* realloc(void* block, size_t bytes) {
  return Reallocate(block, bytes, __builtin_return_address(0));
}

STAGEPROF_HOOK void* reallocarray(void* block, size_t count, size_t bytes) {
  size_t total;
  if (__builtin_mul_overflow(count, bytes, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  return Reallocate(block, total, __builtin_return_address(0));
}

STAGEPROF_HOOK void* memalign(size_t alignment, size_t bytes) {
  return STAGEPROF_COUNTED_ONCE(memalign, (alignment, bytes));
}

STAGEPROF_HOOK void* aligned_alloc(size_t alignment, size_t bytes) {
  return STAGEPROF_COUNTED_ONCE(aligned_alloc, (alignment, bytes));
}

STAGEPROF_HOOK void* valloc(size_t bytes) {
  return STAGEPROF_COUNTED_ONCE(valloc, (bytes));
}

STAGEPROF_HOOK void* pvalloc(size_t bytes) {
  return STAGEPROF_COUNTED_ONCE(pvalloc, (bytes));
}

STAGEPROF_HOOK int posix_memalign(void** result, size_t alignment, size_t bytes) {
  const uint64_t blocks = AllocatedBlocks();
  const int error = next.posix_memalign(result, alignment, bytes);
  if (error == 0 && next.beside_malloc.posix_memalign) {
    CountedOnce(*result, blocks, __builtin_return_address(0));
  }
  return error;
}

STAGEPROF_HOOK void cfree(void* block) {
  Free(block);
}

// From C23: the sizes are a hint for the allocator.
STAGEPROF_HOOK void free_sized(void* block, size_t) {
  Free(block);
}

STAGEPROF_HOOK void free_aligned_sized(void* block, size_t, size_t) {
  Free(block);
}
