#include "js_frames.h"

#include <string.h>

#include <atomic>

#include "../bootstrap.h"
#include "../loaded_object.h"
#include "../modules.h"
#include "imports.h"
#include "js_functions.h"
#include "v8_code.h"
#include "v8_heap.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// v8::Local is the address of a slot with the object's address, and so is `this` of v8::Function.
using Handle = const uintptr_t*;

// Of v8::SampleInfo, whose beginning is the same on all lines. More room than any of them needs.
struct SampleInfo {
  size_t frames;
  void* callback;
  void* context;
  void* embedder_context;
  uint16_t state;
  char room[128];
};
constexpr uint16_t kCollecting = 1;

struct RegisterState {
  void* pc;
  void* stack;
  void* base;
  void* link;
  void* saved;
};

// Node 20 exports no function of the API for a position, but V8's own, which gets the address of a word
// with the object's address.
struct {
  int (*script_id)(Handle function) = nullptr;
  int (*start_position)(Handle function) = nullptr;
  int (*shared_start_position)(const uintptr_t* shared) = nullptr;
  Handle (*name)(Handle function) = nullptr;
  Handle (*inferred_name)(Handle function) = nullptr;
  void* (*origin)(void* result, Handle function) = nullptr;
  int (*count_handles)(void* isolate) = nullptr;
  void (*sample)(void* isolate, const RegisterState& registers, void** frames, size_t most,
                 SampleInfo* info) = nullptr;
} v8;
bool can_name = false;
uint32_t node_module = kUnknownModule;

// A module that calls one of these may have entered another isolate, or may have forbidden handles.
constexpr const char* kForbidden[] = {"_ZN2v87Isolate5EnterEv",
                                      "_ZN2v815SealHandleScopeC1EPNS_7IsolateE",
                                      "_ZN2v815SealHandleScopeC2EPNS_7IsolateE"};

enum class Kind : uint8_t { kUnknown, kAddon, kCameWithProgram, kV8, kNode, kOther };
// Of modules: what they import does not change.
std::atomic<uint8_t> kinds[kModules];

template <typename Function>
bool Find(Function* function, const char* symbol) {
  *function = reinterpret_cast<Function>(FindSymbol(symbol));
  return *function != nullptr;
}

bool FindFunctions() {
  const bool has_position = Find(&v8.start_position, "_ZNK2v88Function22GetScriptStartPositionEv");
  return (has_position || Find(&v8.shared_start_position,
                               "_ZNK2v88internal18SharedFunctionInfo13StartPositionEv")) &&
         Find(&v8.script_id, "_ZNK2v88Function8ScriptIdEv") &&
         Find(&v8.name, "_ZNK2v88Function7GetNameEv") &&
         Find(&v8.inferred_name, "_ZNK2v88Function15GetInferredNameEv") &&
         Find(&v8.origin, "_ZNK2v88Function15GetScriptOriginEv") &&
         Find(&v8.count_handles, "_ZN2v811HandleScope15NumberOfHandlesEPNS_7IsolateE") &&
         Find(&v8.sample,
              "_ZN2v87Isolate14GetStackSampleERKNS_13RegisterStateEPPvmPNS_10SampleInfoE");
}

Kind KindOfModule(uint32_t module, uintptr_t address) {
  if (module < modules_at_start) return Kind::kCameWithProgram;
  const auto known = static_cast<Kind>(kinds[module].load(kRelaxed));
  if (known != Kind::kUnknown) return known;
  LoadedObject object;
  const bool is_safe = FindLoadedObject(address, &object) &&
                       !MayImport(object, kForbidden, sizeof kForbidden / sizeof *kForbidden);
  const Kind kind = is_safe ? Kind::kAddon : Kind::kOther;
  kinds[module].store(static_cast<uint8_t>(kind), kRelaxed);
  return kind;
}

Kind KindOf(uintptr_t pc) {
  if (v8_code.Has(pc)) return Kind::kV8;
  const uint32_t module = ModuleOf(reinterpret_cast<const void*>(pc));
  if (module == kUnknownModule) return Kind::kOther;
  return module == node_module ? Kind::kNode : KindOfModule(module, pc);
}

// Where the frames end that may have names; 0 where none may.
size_t FindEnd(const Stack& stack, size_t first) {
  size_t at = first;
  // libstdc++ allocates for its callers.
  while (at < stack.count && KindOf(stack.frames[at].pc) == Kind::kCameWithProgram) ++at;
  if (at == stack.count || KindOf(stack.frames[at].pc) != Kind::kAddon) return 0;
  bool has_function = false;
  for (; at < stack.count; ++at) {
    const Kind kind = KindOf(stack.frames[at].pc);
    // Behind a function of libc there may be a signal, which has come at any moment.
    if (kind == Kind::kOther || kind == Kind::kCameWithProgram) break;
    has_function |= stack.frames[at].function != nullptr;
  }
  return has_function ? at : 0;
}

bool IsCollecting(void* isolate, const Registers& registers) {
  SampleInfo info = {};
  RegisterState state = {reinterpret_cast<void*>(registers.pc),
                         reinterpret_cast<void*>(registers.stack),
                         reinterpret_cast<void*>(registers.base), nullptr, nullptr};
  void* frames[4];
  v8.sample(isolate, state, frames, 0, &info);
  return info.state == kCollecting;
}

// A guessed address among what V8 compiles may lie where no code is.
bool RunsBytecode(const Frame& frame) {
  return (frame.function != nullptr || v8_code.IsBuiltin(frame.pc)) && IsInterpreter(frame.pc);
}

uint64_t Mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
  return hash ^ (hash >> 32);
}

uint64_t HashText(uint64_t hash, const Text& text, uint32_t first, uint32_t end) {
  for (uint32_t at = first; at < end; ++at) hash = Mix(hash, text.At(at));
  return hash;
}

struct Source {
  Text text;
  uint32_t start;  // of the function's parameters
  int script_id;
};

// A script is known by its name and the length of its source, so that threads that have loaded the
// same file share it. One without a name is known by its number.
bool KeyOfScript(void* isolate, uintptr_t script, const Source& source, uint64_t* key) {
  const uintptr_t name = NameOf(script);
  *key = Mix(1, source.text.length);
  if (name == 0) {
    *key = Mix(Mix(*key, reinterpret_cast<uintptr_t>(isolate)),
               static_cast<uint32_t>(source.script_id));
    return true;
  }
  Text text;
  if (!FindText(name, &text)) return false;
  *key = HashText(*key, text, 0, text.length);
  return true;
}

// What stands around its start is part of the key: another isolate may have the address and the numbers
// of one that is gone.
uint64_t KeyOfFunction(uint32_t script, const Source& source) {
  constexpr uint32_t kAround = 32;
  const uint32_t first = source.start < kAround ? 0 : source.start - kAround;
  const uint32_t rest = source.text.length - source.start;
  const uint64_t key = Mix(Mix(2, script), source.start);
  return HashText(key, source.text, first, source.start + (rest < kAround ? rest : kAround));
}

// From the end of a string of V8, if `count` is less than it has.
bool CopyEnd(uintptr_t string, uint32_t most, uint16_t* units, Utf16* text) {
  const uint32_t length = LengthOf(string);
  const uint32_t count = length < most ? length : most;
  if (!CopyText(string, length - count, count, units)) return false;
  *text = {units, count};
  return true;
}

bool CopyBeginning(Handle string, uint16_t* units, Utf16* text) {
  if (string == nullptr || !IsString(*string)) return false;
  const uint32_t length = LengthOf(*string);
  const uint32_t count = length < kNameUnits ? length : kNameUnits;
  if (!CopyText(*string, 0, count, units)) return false;
  *text = {units, count};
  return true;
}

// v8::ScriptOrigin; before Node 22 the isolate comes first.
struct Origin {
  Handle name;
  int32_t line;
  int32_t column;
  int32_t options;
  int32_t script_id;
  char room[64];
};
struct OriginWithIsolate {
  void* isolate;
  Origin origin;
};

bool ReadOrigin(void* isolate, Handle function, int script_id, Origin* origin) {
  OriginWithIsolate read = {};
  v8.origin(&read, function);
  *origin = read.origin;
  if (read.isolate != isolate) memcpy(static_cast<void*>(origin), &read, sizeof *origin);
  return origin->script_id == script_id;
}

uint32_t NewScript(uint64_t key, const Origin& origin) {
  uint16_t units[kUrlUnits];
  Utf16 url = {units, 0};
  if (origin.name != nullptr && IsString(*origin.name) &&
      !CopyEnd(*origin.name, kUrlUnits, units, &url)) {
    return kNoScript;
  }
  return MakeScript(key, url);
}

struct Position {
  uint32_t line;
  uint32_t column;
};

// As V8 counts them. A source that is too long for a hook has none.
Position FindPosition(const Source& source, const Origin& origin) {
  constexpr uint32_t kMostUnits = 4 << 20;
  if (source.start > kMostUnits) return {0, 0};
  uint32_t line = 0;
  uint32_t begin = 0;
  for (uint32_t at = 0; at < source.start; ++at) {
    const uint16_t unit = source.text.At(at);
    const bool is_end =
        unit == '\n' || unit == 0x2028 || unit == 0x2029 ||
        (unit == '\r' && (at + 1 == source.text.length || source.text.At(at + 1) != '\n'));
    if (!is_end) continue;
    ++line;
    begin = at + 1;
  }
  const uint32_t moved = line == 0 ? static_cast<uint32_t>(origin.column) : 0;
  return {line + static_cast<uint32_t>(origin.line) + 1, source.start - begin + moved + 1};
}

uint32_t NewFunction(void* isolate, Handle function, uint64_t script_key, const Source& source) {
  Origin origin;
  if (!ReadOrigin(isolate, function, source.script_id, &origin)) return kUnknownFunction;
  uint32_t script = FindScript(script_key);
  if (script == kNoScript) script = NewScript(script_key, origin);
  if (script == kNoScript) return kUnknownFunction;
  uint16_t units[kNameUnits];
  Utf16 name;
  if (!CopyBeginning(v8.name(function), units, &name)) return kUnknownFunction;
  if (name.count == 0 && !CopyBeginning(v8.inferred_name(function), units, &name)) {
    return kUnknownFunction;
  }
  const Position position = FindPosition(source, origin);
  return MakeFunction(KeyOfFunction(script, source), name, script, position.line, position.column);
}

int StartOf(Handle function) {
  if (v8.start_position != nullptr) return v8.start_position(function);
  const uintptr_t shared = SharedOf(*function);
  return v8.shared_start_position(&shared);
}

// False where it is no function of a script, but one of V8's own.
bool Ask(void* isolate, Handle function, uint32_t* found) {
  if (!IsFunction(*function)) return false;
  Source source;
  source.script_id = v8.script_id(function);
  if (source.script_id <= 0) return false;
  const uintptr_t script = ScriptOf(*function);
  if (script == 0) return true;
  const uintptr_t text = SourceOf(script);
  const int start = StartOf(function);
  if (text == 0 || !FindText(text, &source.text) || start < 0) return true;
  source.start = static_cast<uint32_t>(start);
  uint64_t script_key;
  if (source.start > source.text.length || !KeyOfScript(isolate, script, source, &script_key)) {
    return true;
  }
  const uint32_t number = FindScript(script_key);
  if (number != kNoScript) *found = FindFunction(KeyOfFunction(number, source));
  if (*found == kUnknownFunction) *found = NewFunction(isolate, function, script_key, source);
  return true;
}

}  // namespace

void OpenJsFrames() {
  can_name = FindFunctions() && OpenV8Heap();
}

JsFrames::JsFrames(const Stack& stack, size_t first, const Registers& registers) : stack_(stack) {
  for (size_t index = first; index < stack.count; ++index) {
    const Frame& frame = stack.frames[index];
    if (RunsBytecode(frame) && v8_code.compiled.Has(frame.pc)) FindCopiedBuiltins(frame.pc);
  }
  if (!can_name) return;
  void* const isolate = CurrentIsolate();
  if (isolate == nullptr) return;
  // Here and not earlier: modules have numbers once they all are known.
  node_module = ModuleOf(reinterpret_cast<const void*>(v8.script_id));
  const size_t end = FindEnd(stack, first);
  if (end == 0 || IsCollecting(isolate, registers) || v8.count_handles(isolate) <= 0) return;
  isolate_ = isolate;
  end_ = end;
}

bool JsFrames::Find(size_t index, uint32_t* function) const {
  *function = kUnknownFunction;
  const Frame& frame = stack_.frames[index];
  if (!v8_code.Has(frame.pc)) return false;
  bool is_js = !v8_code.IsBuiltin(frame.pc) || RunsBytecode(frame);
  if (frame.function != nullptr && index < end_ && Ask(isolate_, frame.function, function)) {
    is_js = true;
  }
  if (is_js) CountJsFrame(*function);
  return is_js;
}

}  // namespace stageprof_tracker
