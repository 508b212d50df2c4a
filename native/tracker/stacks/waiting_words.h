#ifndef STAGEPROF_TRACKER_STACKS_WAITING_WORDS_H_
#define STAGEPROF_TRACKER_STACKS_WAITING_WORDS_H_

#include <stdint.h>

#include "origins.h"

namespace stageprof_tracker {

// Whoever wakes a thread hands on the run that it works for. It is left at the word of memory on which
// the other thread waits. Where several runs have been left there for several threads, nobody knows who
// takes what, and all of them take nothing.

// The calling thread is about to wait. False where there is no room: then Take must not be called.
bool Wait(const void* word);
// It has been woken, or has given up waiting. No run where none was left, or more than one.
Run Take(const void* word, bool is_woken);
// The calling thread is about to wake as many as `most`, and leaves the run that it works for, or that it
// works for none. Returns for how many that wait.
uint32_t Leave(const void* word, uint32_t most);
// Fewer were woken.
void Withdraw(const void* word, uint32_t count);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_WAITING_WORDS_H_
