#include "js_names.h"

#include "../bootstrap.h"
#include "js_functions.h"
#include "source_text.h"
#include "v8_heap.h"

namespace stageprof_tracker {

namespace {

// v8::Local is the address of a slot with the object's address, and so is `this` of v8::Function.
using Handle = const uintptr_t*;

// None of these allocates on V8's heap. The first two read fields; the others make a handle of a string
// that the function has. Node 20 exports no function of the API for a position, but V8's own, which gets
// the address of a word with the object's address.
int (*script_number)(Handle function) = nullptr;
int (*start_position)(Handle function) = nullptr;
int (*shared_start_position)(const uintptr_t* shared) = nullptr;
Handle (*name_of)(Handle function) = nullptr;
Handle (*inferred_name_of)(Handle function) = nullptr;

template <typename Function>
bool Find(Function* function, const char* symbol) {
  *function = reinterpret_cast<Function>(FindSymbol(symbol));
  return *function != nullptr;
}

uint64_t Mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
  return hash ^ (hash >> 32);
}

uint64_t HashText(uint64_t hash, const Text& text, uint32_t first, uint32_t end) {
  for (uint32_t at = first; at < end; ++at) hash = Mix(hash, text.At(at));
  return hash;
}

// What V8 knows of a function, without its name.
struct Function {
  int script_number;
  uintptr_t script;
  uintptr_t url;  // 0 for code from eval
  Text source;
  uint32_t start;  // in the source, of its parameters
};

bool ReadFunction(Handle handle, Function* function) {
  function->script = ScriptOf(ObjectIn(handle));
  if (function->script == 0) return false;
  const uintptr_t source = SourceOf(function->script);
  if (source == 0 || !FindText(source, &function->source)) return false;
  function->url = NameOf(function->script);
  return function->start <= function->source.length;
}

int StartOf(Handle handle) {
  if (start_position != nullptr) return start_position(handle);
  const uintptr_t shared = SharedOf(ObjectIn(handle));
  return shared_start_position(&shared);
}

// The part of a URL that fits, which is its end.
bool CopyEnd(uintptr_t url, uint16_t* units, Utf16* text) {
  const uint32_t length = LengthOf(url);
  const uint32_t count = length < kUrlUnits ? length : kUrlUnits;
  if (!CopyText(url, length - count, count, units)) return false;
  *text = {units, count};
  return true;
}

// A script is known by its URL and the length of its source, so that threads that have loaded the same
// file share it. One without a URL is known by its beginning and its end: programs make such scripts
// for ever, which differ in little.
bool KeyOfScript(const Function& function, uint64_t* key) {
  constexpr uint32_t kPart = 32;
  const Text& source = function.source;
  *key = Mix(1, source.length);
  if (function.url == 0) {
    const uint32_t part = source.length < kPart ? source.length : kPart;
    *key = HashText(HashText(*key, source, 0, part), source, source.length - part, source.length);
    return true;
  }
  // V8 may put the pieces of a URL together later.
  Text url;
  if (FindText(function.url, &url)) {
    *key = HashText(*key, url, url.length < kUrlUnits ? 0 : url.length - kUrlUnits, url.length);
    return true;
  }
  uint16_t units[kUrlUnits];
  Utf16 end;
  if (!CopyEnd(function.url, units, &end)) return false;
  *key = HashText(*key, {end.units, end.count, true}, 0, end.count);
  return true;
}

// What stands around its start is part of the key: scripts of one URL may differ.
uint64_t KeyOfFunction(uint32_t script, const Function& function) {
  constexpr uint32_t kAround = 32;
  const uint32_t start = function.start;
  const uint32_t rest = function.source.length - start;
  return HashText(Mix(Mix(2, script), start), function.source,
                  start < kAround ? 0 : start - kAround, start + (rest < kAround ? rest : kAround));
}

uint32_t NewScript(uint64_t key, uintptr_t url) {
  uint16_t units[kUrlUnits];
  Utf16 end = {units, 0};
  if (url != 0 && !CopyEnd(url, units, &end)) return kNoScript;
  return MakeScript(key, end);
}

uint32_t NewFunction(uint64_t key, uint32_t script, const Function& function) {
  // To look for the position takes a millisecond in a large source.
  ScriptPosition first;
  if (!HasRoomForFunction() || !FindScriptPosition(function.script, function.script_number, &first))
    return kUnknownFunction;
  const SourcePosition position = FindPosition(function.source, function.start);
  uint16_t units[kNameUnits];
  const uint32_t count = FindName(function.source, function.start, kNameUnits, units);
  if (position.line == 0) return MakeFunction(key, {units, count}, script, 0, 0);
  return MakeFunction(key, {units, count}, script, first.line + position.line,
                      position.column + (position.line == 1 ? first.column : 0));
}

bool CopyBeginning(Handle string, uint16_t* units, Utf16* text) {
  if (string == nullptr || !IsString(ObjectIn(string))) return false;
  const uint32_t length = LengthOf(ObjectIn(string));
  const uint32_t count = length < kNameUnits ? length : kNameUnits;
  if (!CopyText(ObjectIn(string), 0, count, units)) return false;
  *text = {units, count};
  return true;
}

void AskForName(Handle handle, uint32_t function) {
  uint16_t units[kNameUnits];
  Utf16 name;
  if (!CopyBeginning(name_of(handle), units, &name)) return;
  if (name.count == 0 && !CopyBeginning(inferred_name_of(handle), units, &name)) return;
  NameFunction(function, name);
}

uint32_t Find(Handle handle, int script_number, uint32_t start) {
  Function function;
  function.script_number = script_number;
  function.start = start;
  uint64_t key;
  if (!ReadFunction(handle, &function) || !KeyOfScript(function, &key)) {
    return kUnknownFunction;
  }
  uint32_t script = FindScript(key);
  if (script == kNoScript) script = NewScript(key, function.url);
  if (script == kNoScript) return kUnknownFunction;
  key = KeyOfFunction(script, function);
  const uint32_t found = FindFunction(key);
  return found != kUnknownFunction ? found : NewFunction(key, script, function);
}

// The functions that the thread has met last. While its isolate lives, no other script gets the number.
struct Met {
  static constexpr uint32_t kEntries = 64;
  struct Entry {
    int script_number;  // 0 where free
    uint32_t start;
    uint32_t function;
  };
  void* isolate;
  Entry entries[kEntries];

  Entry* EntryOf(int script, uint32_t position) {
    const uint64_t mixed = (static_cast<uint64_t>(script) << 32 | position) * kSpread;
    return &entries[mixed >> 58];
  }
  static constexpr uint64_t kSpread = UINT64_C(0x9E3779B97F4A7C15);
};
thread_local Met met;

}  // namespace

bool OpenJsNames() {
  return (Find(&start_position, "_ZNK2v88Function22GetScriptStartPositionEv") ||
          Find(&shared_start_position, "_ZNK2v88internal18SharedFunctionInfo13StartPositionEv")) &&
         Find(&script_number, "_ZNK2v88Function8ScriptIdEv") &&
         Find(&name_of, "_ZNK2v88Function7GetNameEv") &&
         Find(&inferred_name_of, "_ZNK2v88Function15GetInferredNameEv") && OpenV8Heap();
}

bool FindJsFunction(void* isolate, const uintptr_t* handle, bool may_ask, uint32_t* found) {
  *found = kUnknownFunction;
  if (!IsFunction(ObjectIn(handle))) return false;
  const int script = script_number(handle);
  if (script <= 0) return false;
  const int start = StartOf(handle);
  if (start < 0) return true;
  const auto position = static_cast<uint32_t>(start);
  if (met.isolate != isolate) met = {isolate, {}};
  Met::Entry* const entry = met.EntryOf(script, position);
  if (entry->script_number != script || entry->start != position) {
    *entry = {script, position, Find(handle, script, position)};
  }
  *found = entry->function;
  if (*found != kUnknownFunction && may_ask && !IsNamed(*found)) AskForName(handle, *found);
  return true;
}

}  // namespace stageprof_tracker
