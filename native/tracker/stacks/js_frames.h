#ifndef STAGEPROF_TRACKER_STACKS_JS_FRAMES_H_
#define STAGEPROF_TRACKER_STACKS_JS_FRAMES_H_

#include <stddef.h>
#include <stdint.h>

#include "unwinder.h"

namespace stageprof_tracker {

// Which frames of a stack are those of JS functions, and of which (js_functions.h).
//
// V8 is asked within a hook, so all of this holds or the frame has no name:
//   - An addon allocates, not V8 or node: V8 is in no operation of its own that it has not told of.
//   - No collection runs, so no object moves.
//   - The steps to the frame were exact, so the slot that is read is that of a function.
//   - The current isolate is that of the frame: no module in between can have entered another one.
// What V8 is asked for neither allocates on its heap nor runs JS: a script's number, a position, and
// handles of strings that exist. A handle lasts until the scope ends that the addon's caller has opened;
// each function and each script needs them once.

// To be called while there is one thread. Without V8 or what it exports, no frame has a name.
void OpenJsFrames();

class JsFrames {
 public:
  // The frames from `first` on are those of the program, the innermost first.
  JsFrames(const Stack& stack, size_t first, const Registers& registers);

  // Whether it is a frame of a JS function, which is kUnknownFunction if nothing is known of it.
  // Each frame is asked for once, in order.
  bool Find(size_t index, uint32_t* function) const;

 private:
  const Stack& stack_;
  void* isolate_ = nullptr;
  // Frames from there on have no names.
  size_t end_ = 0;
};

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_JS_FRAMES_H_
