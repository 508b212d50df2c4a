#ifndef STAGEPROF_TRACKER_STACKS_MACHINE_H_
#define STAGEPROF_TRACKER_STACKS_MACHINE_H_

// What an unwinder has to know of the processor. The folder of each has the same two files:
//   machine.h        registers, numbers of unwind tables, calls, V8's interpreter
//   instruction.cc   what one instruction does (instruction.h)
#if defined(__x86_64__)
#include "x64/machine.h"
#elif defined(__aarch64__)
#include "arm64/machine.h"
#else
#include "other/machine.h"
#endif

#endif  // STAGEPROF_TRACKER_STACKS_MACHINE_H_
