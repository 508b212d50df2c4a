#ifndef STAGEPROF_TRACKER_STACKS_JS_FRAMES_H_
#define STAGEPROF_TRACKER_STACKS_JS_FRAMES_H_

#include <stddef.h>
#include <stdint.h>

#include "unwinder.h"

namespace stageprof_tracker {

// Which frames of a stack are those of JS functions, and of which (js_functions.h).
//
// Objects of V8's heap are read in a hook, so all of this holds, or the function is not known:
//   - No collection runs, so no object moves.
//   - The steps to the frame were exact, so its slot has a function.
//   - The current isolate is that of the frame: no module in between can have entered another one.
// Nothing that is called allocates on V8's heap or runs JS.
//
// A name that does not stand in the source needs a handle, which V8 must be able to make. So it is asked
// for only where an addon allocates that JS has called: V8 and node are then in no operation of their own,
// and the scope that JS was called in is open. The handle lasts as long as that scope.

// To be called while there is one thread. Without V8 or what it exports, no function is known.
void OpenJsFrames();

class JsFrames {
 public:
  // The frames from `first` on are those of the program, the innermost first.
  JsFrames(const Stack& stack, size_t first, const Registers& registers);

  // Whether it is the frame of a JS function, and of which: kUnknownFunction if that is not known. To be
  // called for each frame, in order.
  bool Find(size_t index, uint32_t* function);

 private:
  const Stack& stack_;
  void* isolate_ = nullptr;
  bool is_known_ = false;  // for the frames so far
  bool may_ask_ = false;
};

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_JS_FRAMES_H_
