#include "store_hold.h"

#include <malloc.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>

#include <new>

#include "../support/symbols.h"

namespace stageprof {

namespace {

// Stands for std::unique_ptr<v8::BackingStore>. As that one has, it has a destructor, so that it is
// returned in memory: on x64 its address is a hidden first argument, on arm64 a register of its own.
struct ReturnedStore {
  void* store;

  ~ReturnedStore() {}
};
using Make = ReturnedStore (*)(void* isolate, size_t bytes);
// From Node 24 on: zeroed, and the process ends where there is no memory for it.
using MakeByModes = ReturnedStore (*)(void* isolate, size_t bytes, int initialization,
                                      int on_failure);
using Destroy = void (*)(void* store);

void* MakeStore(void* isolate) {
  static const auto make =
      reinterpret_cast<Make>(FindSymbol("_ZN2v811ArrayBuffer15NewBackingStoreEPNS_7IsolateEm"));
  static const auto make_by_modes = reinterpret_cast<MakeByModes>(
      FindSymbol("_ZN2v811ArrayBuffer15NewBackingStoreEPNS_7IsolateEmNS_"
                 "30BackingStoreInitializationModeENS_25BackingStoreOnFailureModeE"));
  constexpr size_t kBytes = static_cast<size_t>(StoreHold::kBytes);
  if (make != nullptr) return make(isolate, kBytes).store;
  return make_by_modes != nullptr ? make_by_modes(isolate, kBytes, 0, 0).store : nullptr;
}

Destroy FindDestroy() {
  static const auto destroy = reinterpret_cast<Destroy>(FindSymbol("_ZN2v812BackingStoreD1Ev"));
  return destroy;
}

void DestroyStore(void* store) {
  FindDestroy()(store);
  ::operator delete(store);
}

// The block that std::shared_ptr points to besides the object: a table of virtual functions, the
// owners, and those who only watch.
struct Owners {
  uintptr_t functions;
  int32_t owners;
  int32_t watchers;
};

// The address may be no address at all, so the kernel reads.
bool ReadOwners(uintptr_t address, Owners* found) {
  const iovec from = {reinterpret_cast<void*>(address), sizeof *found};
  const iovec to = {found, sizeof *found};
  return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof *found;
}

bool IsOwnedBySome(uintptr_t address, Owners* found) {
  return address % alignof(Owners) == 0 && ReadOwners(address, found) && found->owners > 1 &&
         found->watchers > 0;
}

// Whether a second store makes one more owner, and one less when it goes.
bool CountsStores(uintptr_t address, const Owners& before, void* isolate) {
  void* const second = MakeStore(isolate);
  Owners with;
  const bool rises = ReadOwners(address, &with) && with.owners == before.owners + 1;
  DestroyStore(second);
  Owners after;
  return rises && ReadOwners(address, &after) && after.owners == before.owners;
}

// The pointer to the allocator is followed by that to its owners, if the store is one of them.
bool OwnsAllocator(const void* store, const void* allocator, void* isolate) {
  const auto* const words = static_cast<const uintptr_t*>(store);
  const size_t count = malloc_usable_size(const_cast<void*>(store)) / sizeof(uintptr_t);
  for (size_t word = 0; word + 1 < count; ++word) {
    if (words[word] != reinterpret_cast<uintptr_t>(allocator)) continue;
    Owners before;
    if (IsOwnedBySome(words[word + 1], &before) && CountsStores(words[word + 1], before, isolate)) {
      return true;
    }
  }
  return false;
}

}  // namespace

void StoreHold::Take(void* isolate, const void* allocator) {
  if (store_ != nullptr || allocator == nullptr || FindDestroy() == nullptr) return;
  void* const store = MakeStore(isolate);
  if (store == nullptr) return;
  if (OwnsAllocator(store, allocator, isolate)) {
    store_ = store;
  } else {
    DestroyStore(store);
  }
}

void StoreHold::Release() {
  if (store_ == nullptr) return;
  DestroyStore(store_);
  store_ = nullptr;
}

}  // namespace stageprof
