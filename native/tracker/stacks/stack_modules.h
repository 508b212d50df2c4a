#ifndef STAGEPROF_TRACKER_STACKS_STACK_MODULES_H_
#define STAGEPROF_TRACKER_STACKS_STACK_MODULES_H_

#include <stdint.h>

#include "../loaded_object.h"

namespace stageprof_tracker {

// Writes down the path and the build id of a module of which a frame is told, once. A hook may call
// it while the module cannot be unloaded.
void NoteStackModule(uint32_t module, const LoadedObject& object);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_STACK_MODULES_H_
