#ifndef STAGEPROF_ALLOCATORS_ALLOCATOR_H_
#define STAGEPROF_ALLOCATORS_ALLOCATOR_H_

namespace stageprof {

// One allocator that may serve malloc. Its functions are looked up at run time, so that the addon
// depends on no allocator. What was found is kept for the process, because malloc belongs to the
// process.
struct Allocator {
  struct Reading {
    // Handed out and not given back.
    double live_bytes;
    // Free in the allocator, which keeps this memory without having handed it out: free blocks,
    // caches, and its own metadata where it reports them.
    double free_bytes;
  };

  // The name that readers know.
  const char* name;
  // Where its numbers come from, as `sources` names it.
  const char* method;
  // What a reader of `sources` has to know of live and of free bytes; null where the allocator does
  // not tell them.
  const char* live_truth;
  const char* free_truth;
  // Looks up the functions; false where one is missing. Called once, before the others.
  bool (*find)();
  // Allocates one block with malloc and asks whose it is. That the functions exist proves nothing:
  // an addon may carry an allocator of its own, or two may be loaded.
  bool (*serves)();
  // Null where the allocator has no such count at a bounded cost; `silence` says so then.
  bool (*read)(Reading* reading);
  const char* silence;
};

// For allocators that tell their caches apart from what they have handed out.
inline constexpr const char* kCachesApart = "caches of the allocator are not in it";
inline constexpr const char* kFreeMaximum = "a maximum: pages not touched yet are in it";

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_ALLOCATOR_H_
