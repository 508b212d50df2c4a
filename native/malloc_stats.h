#ifndef STAGEPROF_MALLOC_STATS_H_
#define STAGEPROF_MALLOC_STATS_H_

#include <stddef.h>

#include "failure.h"
#include "time_budget.h"

namespace stageprof {

// What glibc's malloc has handed out and what it holds, from mallinfo2. It walks every free chunk
// of every arena: 64 ns in a bare process, 1 to 2 us in a fresh node, 32 ms with 200,000 free
// chunks. So it is only read under a TimeBudget, except for the proof at open.
class MallocStats {
 public:
  struct Reading {
    // Handed out, blocks mapped on their own included. Thread caches count as handed out.
    double live_bytes;
    // Free, kept by the allocator.
    double held_bytes;
  };

  void Open();
  // False where the budget does not allow it now. `cost_ns` is what the reading cost.
  bool Read(Reading* reading, double* cost_ns);

  Failure failure;

 private:
  // glibc's struct mallinfo2, which the headers of an older glibc do not have.
  struct Info {
    size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
  };

  Reading ReadUnbudgeted() const;
  bool ServesMalloc() const;

  Info (*mallinfo2_)() = nullptr;
  TimeBudget budget_;
};

}  // namespace stageprof

#endif  // STAGEPROF_MALLOC_STATS_H_
