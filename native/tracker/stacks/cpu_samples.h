#ifndef STAGEPROF_TRACKER_STACKS_CPU_SAMPLES_H_
#define STAGEPROF_TRACKER_STACKS_CPU_SAMPLES_H_

#include <stdint.h>

namespace stageprof_tracker {

// Samples the CPU of the threads that run no JS: libuv's pool, those of addons, V8's own helpers. A timer of the
// kernel on the CPU clock of each thread sends it a signal of its own, whose handler takes the stack there. The
// handler takes the stack on memory of its own, so that a thread with a small stack needs room for the kernel's own
// frame alone. All signals are blocked meanwhile. A thread of the tracker finds threads that begin and end.

// Starts, and returns null; or why not, in a few words. Where it has been started already, nothing changes.
const char* StartCpuSamples(uint32_t hz);
// Ends all timers. What was counted stays in the tables.
void StopCpuSamples();

// Why no samples are taken; null while they are. They may end by themselves.
const char* CpuSamplesMissing();
// The signal; 0 before the start.
int CpuSignal();
// Whether it is that signal, and handled here.
bool HandlesCpuSignal(int number);

// The program is about to take the signal for itself: sampling ends, and the signal is as it was before.
void GiveSignalBack();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_CPU_SAMPLES_H_
