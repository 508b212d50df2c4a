#ifndef STAGEPROF_TRACKER_STACKS_SOURCE_TEXT_H_
#define STAGEPROF_TRACKER_STACKS_SOURCE_TEXT_H_

#include <stdint.h>

#include "v8_heap.h"

namespace stageprof_tracker {

// What the source of a script says of a function.

struct SourcePosition {
  uint32_t line;  // from 1; 0 where the source is too long to be read in a hook
  uint32_t column;
};
// As V8 counts lines.
SourcePosition FindPosition(const Text& source, uint32_t start);

// The name that V8 calls a function by whose parameters begin at `start`, as far as that stands right
// before them: `name(`, `name = (`, `name: async (`. Copies the beginning, at most `most` units, and
// returns how many; 0 where another name is possible, as for constructors, accessors and members.
uint32_t FindName(const Text& source, uint32_t start, uint32_t most, uint16_t* units);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_SOURCE_TEXT_H_
