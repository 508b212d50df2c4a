#ifndef STAGEPROF_ALLOCATORS_SERVING_H_
#define STAGEPROF_ALLOCATORS_SERVING_H_

#include "allocator.h"

namespace stageprof {

// The allocator that serves malloc in this process.
struct ServingAllocator {
  // Null where none of those known here was proved to serve.
  const Allocator* allocator;
  // Why it cannot be read; null where it can.
  const char* failure;
  // What one of the readings for the proof cost.
  double reading_cost_ns;
};

// Found at the first call, by allocating, and kept: it does not change, and asking can be dear.
// Behind the tracker too, which passes every block on.
const ServingAllocator& FindServingAllocator();

}  // namespace stageprof

#endif  // STAGEPROF_ALLOCATORS_SERVING_H_
