#ifndef STAGEPROF_TRACKER_STACKS_TAKE_STACK_H_
#define STAGEPROF_TRACKER_STACKS_TAKE_STACK_H_

#include <stdint.h>

#include <atomic>

#include "sites.h"
#include "unwinder.h"

namespace stageprof_tracker {

// Takes the stack of whoever allocates a sampled block.

// To be called while there is one thread. The samples lie `rate` bytes apart, on average. False where
// no stacks can be taken.
bool OpenStacks(uint64_t rate);
// Why none are taken, in a few words; null where they are.
const char* StacksMissing();

// The site of the calling thread's stack. kUnknownSite where none can be taken: one is being taken
// on this thread, which a signal has interrupted; a module is being unloaded; the thread has no room
// left for it. Takes 1 to 10 us, and needs 8 KiB of stack. The first one of a thread, and of a main stack that has
// grown, reads the kernel's list of mappings besides, in 50 to 200 us.
uint32_t TakeSite();

// The same for a stack that a signal has interrupted at `registers`, in its handler: the site of the
// callers, and in `leaf` the frame that was interrupted, 0 where it is not known. The caller has made room for it.
uint32_t TakeInterruptedSite(const Registers& registers, SiteFrame* leaf);

// The number (stack_stages.h) of the stage that runs on the calling thread is read from there with
// each stack; null for none. The memory has to stay until it is set anew or the thread ends.
void SetStageWord(const std::atomic<uint32_t>* stage);

// The stage that was set for the calling thread. False where none was.
bool FindOwnStage(uint32_t* stage);

// Around the unloading of a module: no other thread reads its tables meanwhile.
void PauseStacks();
void ResumeStacks();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_TAKE_STACK_H_
