#ifndef STAGEPROF_THREADS_JS_THREADS_H_
#define STAGEPROF_THREADS_JS_THREADS_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof {

// Threads that run JavaScript, as far as they have loaded the addon: one list for the whole
// process. No kernel and no Node tells them apart from the outside on every supported line.

// Registers the calling thread.
void AddJsThread();
// Takes the calling thread out, and keeps what it has used: its clock ends with it.
void RemoveJsThread();

bool IsJsThread(int32_t id);

struct EndedThread {
  int32_t id;
  double cpu_ns;
};

// Past this number ended threads are kept as one sum, under id 0.
constexpr size_t kEndedThreads = 1024;

// Copies the JS threads that have ended, oldest first. `ended` holds kEndedThreads + 1.
size_t CopyEndedJsThreads(EndedThread* ended);

}  // namespace stageprof

#endif  // STAGEPROF_THREADS_JS_THREADS_H_
