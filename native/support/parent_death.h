#ifndef STAGEPROF_SUPPORT_PARENT_DEATH_H_
#define STAGEPROF_SUPPORT_PARENT_DEATH_H_

#include <sys/types.h>

namespace stageprof {

// Has the kernel kill this process when its parent ends, whatever this process is doing then, such
// as looping in code that never returns to the event loop. Returns false, and changes nothing,
// where the kernel refuses or the parent is no longer `parent`.
//
// The parent is the thread that made this process, not the parent's process: a child made by a
// worker is killed when that worker ends. Node makes children on the thread that asks for them, so
// children made on the main thread live as long as their parent's process. In this process the
// request belongs to the calling thread and goes with it, so call this on the main thread. Children
// do not inherit the request; it survives exec, except that of a privileged program.
bool EndWithParent(pid_t parent);

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_PARENT_DEATH_H_
