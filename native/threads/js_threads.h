#ifndef STAGEPROF_THREADS_JS_THREADS_H_
#define STAGEPROF_THREADS_JS_THREADS_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof {

// Threads that run JavaScript and have loaded the addon: one list for the whole process. Neither
// the kernel nor Node tells them apart from the outside on every supported line.

// Registers the calling thread.
void AddJsThread();
// Removes the calling thread, and keeps what it has used, since its clock ends with it.
void RemoveJsThread();

bool IsJsThread(int32_t id);

struct EndedThread {
  int32_t id;
  double cpu_ns;
};

// Threads that end past this number are kept as one sum, under id 0.
constexpr size_t kEndedThreads = 1024;

// Copies the JS threads that have ended, oldest first. `ended` has room for kEndedThreads + 1.
size_t CopyEndedJsThreads(EndedThread* ended);

}  // namespace stageprof

#endif  // STAGEPROF_THREADS_JS_THREADS_H_
