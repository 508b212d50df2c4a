#ifndef STAGEPROF_TRACKER_STACKS_JS_FUNCTIONS_H_
#define STAGEPROF_TRACKER_STACKS_JS_FUNCTIONS_H_

#include <stdint.h>

namespace stageprof_tracker {

// The JS functions that frames of sites name. Functions and scripts only come. No function takes a
// lock, calls malloc or changes errno.

// A JS function of which nothing is known.
constexpr uint32_t kUnknownFunction = 0;
// What there is no room for.
constexpr uint32_t kNoScript = 0;

// UTF-8, not terminated.
struct Utf8 {
  const char* bytes;
  uint32_t count;
};

// Before it is UTF-8: what V8 has.
struct Utf16 {
  const uint16_t* units;
  uint32_t count;
};

struct JsFunction {
  Utf8 name;  // its beginning; empty where it has none
  // By V8. Otherwise its name is what its source has, and empty if it is not clear there.
  bool is_named;
  Utf8 url;         // of its script, or the end of it; empty for code from eval without one
  uint32_t line;    // where its parameters begin, from 1; 0 where that is not known
  uint32_t column;  // from 1
};

struct JsFrameCounts {
  uint64_t known;
  uint64_t unknown;
};

// How many units of UTF-16 a name and a URL can make use of.
constexpr uint32_t kNameUnits = 80;
constexpr uint32_t kUrlUnits = 255;

// The number of a script or function that is known by its key. Zero is no key.
uint32_t FindScript(uint64_t key);
uint32_t FindFunction(uint64_t key);
// Makes it, unless another thread has meanwhile. 0 where there is no room.
uint32_t MakeScript(uint64_t key, const Utf16& url);
bool HasRoomForFunction();
uint32_t MakeFunction(uint64_t key, const Utf16& name, uint32_t script, uint32_t line,
                      uint32_t column);
// Whether V8 has named it; and the name, if it has.
bool IsNamed(uint32_t function);
void NameFunction(uint32_t function, const Utf16& name);

void CountJsFrame(uint32_t function);

// False where the number is not that of a function.
bool ReadJsFunction(uint32_t function, JsFunction* read);
JsFrameCounts ReadJsFrameCounts();

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_JS_FUNCTIONS_H_
