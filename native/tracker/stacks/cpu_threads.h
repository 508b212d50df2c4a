#ifndef STAGEPROF_TRACKER_STACKS_CPU_THREADS_H_
#define STAGEPROF_TRACKER_STACKS_CPU_THREADS_H_

#include <stdint.h>

#include <atomic>

#include "task_files.h"

namespace stageprof_tracker {

// The threads whose CPU is sampled, each with its timer. All of the process are, but for the main thread
// and others that run JS, whose stacks V8's profiler samples.

struct CpuThread {
  std::atomic<int32_t> id;     // of the kernel; 0 where the entry is free, -1 while it gets so
  std::atomic<int32_t> timer;  // or kNoTimer
  std::atomic<uint32_t> name;  // cpu_counts.h; what it had when it was last seen
  std::atomic<uint32_t> samples;
  std::atomic<bool> runs_js;
  std::atomic<uint64_t> seen_ns;     // its clock when it was last looked at
  std::atomic<uint64_t> found_ns;    // when it was found
  std::atomic<uint64_t> unnamed_ns;  // what it has used before it was known to run no JS
  uint64_t due_ns;                   // without a timer: when its clock shows this, one is tried
  bool is_blocked;                   // it has been counted as one that does not take the signal
  std::atomic<bool> has_failed;      // it has been counted as one without a timer
  std::atomic<bool> has_ended;       // it is about to
  std::atomic<uint32_t> look;        // the last one that has found it
};

struct CpuThreadCounts {
  uint32_t followed;  // now
  uint64_t failed;    // threads for which the kernel made no timer, or too many signals could wait
  uint64_t blocked;   // they do not take the signal
};

// From now on threads are followed. One thread calls it, while no other does.
void OpenCpuThreads(int signal, uint32_t hz);
// Ends all timers. Signals that have been sent may still arrive.
void CloseCpuThreads();

// Finds threads that are new, accounts for what all have used, and forgets those that have ended. To be called
// again and again, by any thread.
void LookAtCpuThreads();

// The calling thread has just begun, or is about to end. Without effect where threads are not followed.
void FollowThisThread();
void UnfollowThisThread();

// In the handler of the signal: the entry that its timer was made for. Null where that is not the calling
// thread's any more.
CpuThread* FindCpuThread(void* data);
// Whether a timer that was made here can have sent the data.
bool IsOfCpuThreads(const void* data);
// It runs JS: the calling thread is not sampled any more.
void LeaveOut(CpuThread* thread);

// The calling thread, which runs no JS, has been sampled under that name. Returns the number of the name.
uint32_t NoteSample(CpuThread* thread, const TaskName& name);

// Whether this process does, and not the one that it is a child of.
bool FollowsCpuThreads();

CpuThreadCounts ReadCpuThreadCounts();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_CPU_THREADS_H_
