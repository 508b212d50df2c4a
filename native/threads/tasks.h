#ifndef STAGEPROF_THREADS_TASKS_H_
#define STAGEPROF_THREADS_TASKS_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof {

// /proc/self/task, where the kernel keeps a folder for each thread of this process.

// Counts the threads by the links of the folder that `folder` is open on. False with errno where it
// cannot be read.
bool CountTasks(int folder, size_t* count);
// The same without a descriptor, which costs another microsecond.
bool CountTasks(size_t* count);

// Reads up to `size - 1` bytes of a file of one thread and terminates them. Returns their number,
// or 0 where the thread has ended or the kernel does not show the file.
size_t ReadTaskFile(int32_t id, const char* file, char* text, size_t size);

// The ids of the threads, in the order in which the threads were made. It allocates nothing;
// opendir would, in the program's own heap.
class Tasks {
 public:
  Tasks();
  ~Tasks();
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;

  // False with errno where the folder could not be opened; there are no ids then.
  bool is_open() const { return folder_ >= 0; }
  bool Count(size_t* count) const { return CountTasks(folder_, count); }
  // False after the last one.
  bool Next(int32_t* id);

 private:
  static constexpr size_t kBufferBytes = 4096;

  int folder_;
  long filled_ = 0;
  long at_ = 0;
  alignas(uint64_t) char entries_[kBufferBytes];
};

}  // namespace stageprof

#endif  // STAGEPROF_THREADS_TASKS_H_
