#ifndef STAGEPROF_TRACKER_STACKS_TASK_FILES_H_
#define STAGEPROF_TRACKER_STACKS_TASK_FILES_H_

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace stageprof_tracker {

// What the kernel tells of the threads of this process, by system calls only, without memory but the stack.

// As the kernel keeps it. Empty where it is not known.
struct TaskName {
  char text[17];
};
void ReadTaskName(int32_t id, TaskName* name);
// The same of the calling thread. A signal handler may call it.
void ReadTaskNameHere(TaskName* name);
// V8's helpers, which have an isolate from Node 24 on, and run no JS.
bool IsHelperName(const char* name);
// Whether it is the name of a thread that the profiler, or V8's profiler for it, has made.
bool IsOwnTaskName(const char* name);
void SetTaskNameHere(const char* name);

// Whether the thread does not block the signal. False where that is not known.
bool TakesSignal(int32_t id, int signal);
bool TakesSignalHere(int signal);

// A folder of /proc that is read in pieces.
class TaskFolder {
 public:
  TaskFolder();
  ~TaskFolder();
  TaskFolder(const TaskFolder&) = delete;
  TaskFolder& operator=(const TaskFolder&) = delete;

  // False after the last id, and where the folder cannot be read.
  bool Next(int32_t* id);
  bool is_read() const { return is_read_; }

 private:
  static constexpr size_t kBytes = 4096;

  long folder_;
  long filled_ = 0;
  long at_ = 0;
  bool is_read_ = false;
  alignas(uint64_t) char entries_[kBytes];
};

// Calls `visit` with the id of each thread, in the order in which they were made. False where not all were read.
template <typename Visit>
bool VisitTasks(Visit visit) {
  TaskFolder folder;
  int32_t id;
  while (folder.Next(&id)) visit(id);
  return folder.is_read();
}

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_TASK_FILES_H_
