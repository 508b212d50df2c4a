#ifndef STAGEPROF_TRACKER_STACKS_CPU_COUNTS_H_
#define STAGEPROF_TRACKER_STACKS_CPU_COUNTS_H_

#include <stdint.h>

#include "sites.h"

namespace stageprof_tracker {

// Samples of the CPU of threads that run no JS, by stack, stage and name of the thread, in the tables of
// stack_tables.h. A signal handler may call any of these: none takes a lock, calls malloc or changes errno.

// Threads whose name there was no room for.
constexpr uint32_t kOtherCpuName = 0;

// How many samples stand for a second of CPU. Before the first sample.
void NoteCpuRate(uint32_t hz);

// The number of a thread's name. Digits at its end are left out: threads of one pool are told together.
uint32_t FindCpuName(const char* name);

// Adds a sample of a thread that executed `leaf`, called by the stack of `site`, in the stage of the site. It
// stands for so many periods.
void CountCpu(uint32_t site, SiteFrame leaf, uint32_t name, uint64_t periods);

// Adds CPU that threads of the name have used by their own clocks. Samples are scaled to it.
void AddCpuTime(uint32_t name, uint64_t ns);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_CPU_COUNTS_H_
