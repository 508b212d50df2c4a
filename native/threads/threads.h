#ifndef STAGEPROF_THREADS_THREADS_H_
#define STAGEPROF_THREADS_THREADS_H_

#include <stddef.h>
#include <stdint.h>

#include <memory>

#include "../support/failure.h"

namespace stageprof {

// What a thread was doing when it was looked at.
enum class Waits : uint8_t { kNot, kForEvents, kForMemory };

struct Thread {
  int32_t id;
  // Since the thread was started.
  double cpu_ns;
  // The name that the kernel keeps: at most 15 bytes. A thread that nobody named has the name of
  // the thread that made it.
  char name[16];
  Waits waits;
  // The address of the futex; 0 unless the thread waits for memory.
  uint64_t waits_at;
  // Whether that address lies in the data of the module that holds libuv: it is a variable then,
  // not a block of malloc.
  bool waits_in_libuv;
};

// The threads of this process, in the order in which they were made. They are read only when asked
// for, never at a sample, and nothing stays open.
class Threads {
 public:
  // Reads ids and CPU time only: 1 us a thread.
  void ReadClocks();
  // Also reads what distinguishes threads: 6 us more a thread.
  void Read();

  // The threads that were found, even where there is a failure.
  const Thread& operator[](size_t index) const { return threads_[index]; }
  size_t count() const { return count_; }

  const Failure& failure() const { return failure_; }

 private:
  static constexpr size_t kMost = 8192;

  bool ReadInto(size_t capacity);

  std::unique_ptr<Thread[]> threads_;
  size_t count_ = 0;
  Failure failure_;
};

}  // namespace stageprof

#endif  // STAGEPROF_THREADS_THREADS_H_
