#ifndef STAGEPROF_ALLOCATORS_ALLOCATOR_H_
#define STAGEPROF_ALLOCATORS_ALLOCATOR_H_

namespace stageprof {

// One allocator that may serve malloc. Its functions are looked up at run time, so that the addon
// depends on no allocator; what was found is kept for the process, because malloc is the process's.
struct Allocator {
  struct Reading {
    // Handed out and not given back.
    double live_bytes;
    // Free in the allocator: it keeps them without having handed them out. Free blocks, caches, and
    // its own books where it tells them.
    double free_bytes;
  };

  // As a reader knows it.
  const char* name;
  // What its numbers come from, as `sources` names it.
  const char* method;
  // What a reader of `sources` has to know of live and of free bytes; null where there are none.
  const char* live_truth;
  const char* free_truth;
  // Looks its functions up; false where one is missing. Once, before the others.
  bool (*find)();
  // Allocates one block with malloc and asks whose it is. That the functions are there is no proof:
  // an addon may carry an allocator of its own, or two may be loaded.
  bool (*serves)();
  // Null where the allocator has no such count at a bounded cost; then `silence` says so.
  bool (*read)(Reading* reading);
  const char* silence;
};

// Of allocators that tell their caches apart from what they have handed out.
inline constexpr const char* kCachesApart = "caches of the allocator are not in it";
inline constexpr const char* kFreeMaximum = "a maximum: pages not touched yet are in it";

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_ALLOCATOR_H_
