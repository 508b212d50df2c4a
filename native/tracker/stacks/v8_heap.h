#ifndef STAGEPROF_TRACKER_STACKS_V8_HEAP_H_
#define STAGEPROF_TRACKER_STACKS_V8_HEAP_H_

#include <stdint.h>

namespace stageprof_tracker {

// Reads objects of V8's heap as a debugger does, by the offsets that Node exports for debuggers
// (v8dbg_...). V8's own functions would make handles, and copy strings on its heap. An object is its
// tagged address. No object may move meanwhile.

// Looks for the offsets; false where one is missing. To be called while there is one thread.
bool OpenV8Heap();

// What a slot has, on the stack or in a handle.
uintptr_t ObjectIn(const uintptr_t* slot);

bool IsFunction(uintptr_t object);
uintptr_t SharedOf(uintptr_t function);
// 0 where it is not what it should be, as for the script of a function that is debugged.
uintptr_t ScriptOf(uintptr_t function);
uintptr_t SourceOf(uintptr_t script);
// What the script was given as its name, or else names itself by `//# sourceURL=`; 0 without either.
uintptr_t NameOf(uintptr_t script);

// Where in its file the script begins, from 0.
struct ScriptPosition {
  uint32_t line;
  uint32_t column;
};
// False where the script does not have its number where it should be.
bool FindScriptPosition(uintptr_t script, int number, ScriptPosition* position);

bool IsString(uintptr_t object);
uint32_t LengthOf(uintptr_t string);

// The characters of a string that has them in one piece.
struct Text {
  const void* units;
  uint32_t length;
  bool is_two_byte;  // UTF-16, not Latin-1

  uint16_t At(uint32_t index) const {
    return is_two_byte ? static_cast<const uint16_t*>(units)[index]
                       : static_cast<const uint8_t*>(units)[index];
  }
};
bool FindText(uintptr_t string, Text* text);

// Copies UTF-16 from `first` on. False where V8 has the string in more pieces than this follows.
bool CopyText(uintptr_t string, uint32_t first, uint32_t count, uint16_t* units);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_V8_HEAP_H_
