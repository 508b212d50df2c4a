#ifndef STAGEPROF_TRACKER_STACKS_CPU_TIMER_H_
#define STAGEPROF_TRACKER_STACKS_CPU_TIMER_H_

#include <stdint.h>

namespace stageprof_tracker {

// Timers of the kernel on the CPU clocks of single threads. Each sends a signal to its own thread, and only
// while that thread runs. System calls only; errno stays as it was.

constexpr int kNoTimer = -1;

// A timer of a thread of this process that sends `signal`, with `data`, each time that the thread has used
// `period_ns` of CPU, the first time after `first_ns`. kNoTimer where the kernel makes none.
int MakeCpuTimer(int32_t thread, int signal, void* data, uint64_t first_ns, uint64_t period_ns);
void DeleteCpuTimer(int timer);

// The CPU that a thread of this process has used; false where it has ended.
bool ReadCpuClock(int32_t thread, uint64_t* ns);

// Why a timer may interrupt what the program does, in a few words; null where it does not. Before Linux 5.10
// the kernel sends the signal while a system call is about to wait, which then fails with EINTR. Since
// then it does so when the thread is about to leave the kernel.
const char* CpuTimersMissing();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_CPU_TIMER_H_
