// What the addon uses of a C++ library, so that it is linked with none: images of musl often have none,
// and programs bring different ones. Where the program has one, its operators serve the addon, because
// the loader finds them first.
#include <stdint.h>
#include <stdlib.h>

#include <new>

#include "lock.h"

namespace std {
const nothrow_t nothrow{};
}

// The addon calls only those that return null.
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return malloc(bytes == 0 ? 1 : bytes);
}
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept {
  return malloc(bytes == 0 ? 1 : bytes);
}
void operator delete(void* block) noexcept {
  free(block);
}
void operator delete[](void* block) noexcept {
  free(block);
}
void operator delete(void* block, size_t) noexcept {
  free(block);
}
void operator delete[](void* block, size_t) noexcept {
  free(block);
}

// Around the first use of a local static (Itanium C++ ABI, section 3.3.3). The first byte of the guard
// is set once the static is there; the rest is ours: its second word is a lock.
namespace {

stageprof::Lock* LockOf(uint64_t* guard) {
  static_assert(sizeof(stageprof::Lock) == sizeof(uint32_t), "the lock fits into the guard");
  return reinterpret_cast<stageprof::Lock*>(reinterpret_cast<uint32_t*>(guard) + 1);
}

}  // namespace

extern "C" __attribute__((visibility("hidden"))) int __cxa_guard_acquire(uint64_t* guard) {
  LockOf(guard)->Take();
  if (__atomic_load_n(reinterpret_cast<uint8_t*>(guard), __ATOMIC_ACQUIRE) == 0) return 1;
  LockOf(guard)->GiveBack();
  return 0;
}

extern "C" __attribute__((visibility("hidden"))) void __cxa_guard_release(uint64_t* guard) {
  __atomic_store_n(reinterpret_cast<uint8_t*>(guard), uint8_t{1}, __ATOMIC_RELEASE);
  LockOf(guard)->GiveBack();
}
