#ifndef STAGEPROF_TRACKER_STACKS_JS_NAMES_H_
#define STAGEPROF_TRACKER_STACKS_JS_NAMES_H_

#include <stdint.h>

namespace stageprof_tracker {

// Which function of js_functions.h a function of V8 is.

// Looks for what V8 exports; false where something is missing. To be called while there is one thread.
bool OpenJsNames();

// `function` is a slot that has a function of V8's heap. No object may move meanwhile. With `may_ask`,
// V8 makes up to two handles the first time that a function is seen with it; else only what stands in the
// source names it. False where it is no function of a script, but one of V8's own.
bool FindJsFunction(void* isolate, const uintptr_t* function, bool may_ask, uint32_t* found);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_JS_NAMES_H_
