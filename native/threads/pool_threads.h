#ifndef STAGEPROF_THREADS_POOL_THREADS_H_
#define STAGEPROF_THREADS_POOL_THREADS_H_

#include <stddef.h>
#include <stdint.h>

#include "threads.h"

namespace stageprof {

// The threads of libuv's pool among those of the process. They have a name from Node 22 on. Before,
// they are recognised by the one variable of libuv that all of them wait for while they are idle.
//
// src/threads/thread-groups.ts groups a list of threads for a report by the same marks. It may also
// go by the order in which threads were made, and say that it is in doubt. The threads found here
// are kept until the process ends, so there must be no doubt.
class PoolThreads {
 public:
  enum class Found {
    kYes,
    kNone,     // there is no pool
    kUnknown,  // there may be one whose threads cannot be told from others
  };

  // Requires `threads` as Threads::Read found them.
  Found Find(const Threads& threads);

  // The threads of the last Find that found them.
  size_t count() const { return count_; }
  int32_t id(size_t index) const { return ids_[index]; }

 private:
  static constexpr size_t kMost = 1024;

  size_t count_ = 0;
  int32_t ids_[kMost];
};

}  // namespace stageprof

#endif  // STAGEPROF_THREADS_POOL_THREADS_H_
