#ifndef STAGEPROF_SOURCES_BACKING_STORES_H_
#define STAGEPROF_SOURCES_BACKING_STORES_H_

#include <stddef.h>

namespace stageprof {

// What node has allocated for the ArrayBuffers, SharedArrayBuffers and Buffers of one isolate and
// not freed yet: process.memoryUsage().arrayBuffers, all of it from malloc. V8's own sum,
// external_memory, cannot tell Buffers from other native blocks:
//
//   64 MiB of Buffers collected        the blocks are gone; V8's sum falls at the next collection
//                                      or the next ArrayBuffer
//   WebAssembly.Memory of 64 MiB       mapped, not from malloc; in V8's sum before Node 26
//   SharedArrayBuffer of 64 MiB        from malloc; not in V8's sum
//
// Node keeps the number in its array buffer allocator and does not export it. The two words that
// may hold it are compared with what node says, before and after an ArrayBuffer is made: see
// heap_verify.
class BackingStores {
 public:
  static constexpr size_t kFirstWord = 1;  // after the table of virtual functions
  static constexpr size_t kLastWord = 2;   // after a word of flags

  void Open(void* isolate);

  const void* allocator() const { return allocator_; }
  // Null where there is nothing to look at.
  const size_t* candidate(size_t word) const { return allocator_ ? allocator_ + word : nullptr; }
  void set_verified(const size_t* word) { word_ = word; }
  bool verified() const { return word_ != nullptr; }

  // Requires verified(). Another thread may be freeing what a collection has found dead.
  double ReadBytes() const { return ReadWord(word_); }
  static double ReadWord(const size_t* word) {
    return static_cast<double>(__atomic_load_n(word, __ATOMIC_RELAXED));
  }

 private:
  const size_t* allocator_ = nullptr;
  const size_t* word_ = nullptr;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_BACKING_STORES_H_
