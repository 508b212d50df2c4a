#ifndef STAGEPROF_TRACKER_STACKS_IMPORTS_H_
#define STAGEPROF_TRACKER_STACKS_IMPORTS_H_

#include <stddef.h>

#include "../loaded_object.h"

namespace stageprof_tracker {

// Whether a module imports any of the symbols, as its tables in memory say. True also where they
// cannot be read. Takes no lock and allocates nothing.
bool MayImport(const LoadedObject& object, const char* const* symbols, size_t count);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_IMPORTS_H_
