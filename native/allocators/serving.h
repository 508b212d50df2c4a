#ifndef STAGEPROF_ALLOCATORS_SERVING_H_
#define STAGEPROF_ALLOCATORS_SERVING_H_

#include "allocator.h"

namespace stageprof {

// The allocator that serves malloc in this process.
struct ServingAllocator {
  // Null where none of the known allocators was proved to serve malloc.
  const Allocator* allocator;
  // Why it cannot be read; null where it can.
  const char* failure;
  // The cost of one reading during the proof.
  double reading_cost_ns;
};

// Found at the first call, by allocating, and kept: the allocator does not change, and asking can
// be expensive. This also works behind the tracker, which passes every block on.
const ServingAllocator& FindServingAllocator();

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_SERVING_H_
