#include "js_frames.h"

#include <atomic>

#include "../bootstrap.h"
#include "../loaded_object.h"
#include "../modules.h"
#include "imports.h"
#include "js_functions.h"
#include "js_names.h"
#include "v8_code.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// v8::SampleInfo, whose beginning is the same on all lines, with more room than any of them needs.
struct SampleInfo {
  size_t frames;
  void* callback;
  void* context;
  void* embedder_context;
  uint16_t state;
  char room[128];
};

// Values of v8::StateTag. V8 logs what it moves while it collects.
constexpr uint16_t kCollecting = 1;
constexpr uint16_t kLogging = 9;

// v8::RegisterState.
struct RegisterState {
  uintptr_t pc;
  uintptr_t stack;
  uintptr_t base;
  uintptr_t link;
  uintptr_t saved;
};

// V8's own profiler calls it in a signal handler, at any moment of the thread.
void (*sample)(void* isolate, const RegisterState& registers, void** frames, size_t most,
               SampleInfo* info) = nullptr;
int (*count_handles)(void* isolate) = nullptr;
bool can_name = false;

// A module that calls one of these may have entered another isolate, or may have forbidden handles.
constexpr const char* kForbidden[] = {"_ZN2v87Isolate5EnterEv",
                                      "_ZN2v815SealHandleScopeC1EPNS_7IsolateE",
                                      "_ZN2v815SealHandleScopeC2EPNS_7IsolateE"};

enum class Kind : uint8_t {
  kUnknown,
  kV8,
  kNode,             // the module that V8 is in
  kCameWithProgram,  // a library that it is linked with, or that is preloaded
  kAddon,            // and the libraries that it has brought
  kOther,            // may have entered another isolate, or no module
};
// The kinds of modules, by their numbers.
std::atomic<uint8_t> kinds[kModules];

Kind FindKind(uint32_t module, uintptr_t address) {
  const auto v8 = reinterpret_cast<const void*>(sample);
  if (module == ModuleOf(v8)) return Kind::kNode;
  LoadedObject object;
  if (!FindLoadedObject(address, &object) ||
      MayImport(object, kForbidden, sizeof kForbidden / sizeof *kForbidden)) {
    return Kind::kOther;
  }
  return module < modules_at_start ? Kind::kCameWithProgram : Kind::kAddon;
}

Kind KindOf(uintptr_t pc) {
  if (IsV8Code(pc)) return Kind::kV8;
  const uint32_t module = ModuleOf(reinterpret_cast<const void*>(pc));
  if (module == kUnknownModule) return Kind::kOther;
  const auto known = static_cast<Kind>(kinds[module].load(kRelaxed));
  if (known != Kind::kUnknown) return known;
  const Kind kind = FindKind(module, pc);
  kinds[module].store(static_cast<uint8_t>(kind), kRelaxed);
  return kind;
}

// The first frame of a JS function, if the frames up to it are of one isolate; else the number of frames.
size_t FindFirst(const Stack& stack, size_t first) {
  for (size_t index = first; index < stack.count; ++index) {
    if (stack.frames[index].function != nullptr) return index;
    if (KindOf(stack.frames[index].pc) == Kind::kOther) break;
  }
  return stack.count;
}

// Whether an addon allocates that JS has called, with nothing but node in between. libstdc++ may
// allocate for it.
bool IsAddon(const Stack& stack, size_t first, size_t function) {
  size_t at = first;
  while (at < function && KindOf(stack.frames[at].pc) == Kind::kCameWithProgram) ++at;
  if (KindOf(stack.frames[at].pc) != Kind::kAddon) return false;
  for (; at < function; ++at) {
    if (KindOf(stack.frames[at].pc) == Kind::kCameWithProgram) return false;
  }
  return true;
}

// Whether the isolate runs JS, and no collection. A collection puts the new address of an object that it
// moves where the object's map was. Whoever reads the type of the object then takes that for a map, and
// reads from wherever it leads: a function, its script or its source may be taken for something else.
//
// V8 itself tells no frame in a collection: TickSample::GetStackSample returns first if the state is that of
// a collection, and from Node 24 on also while it logs what it moves. So the states are only asked for in
// case that changes; a test holds that no function is told.
bool IsAtRest(void* isolate, const Registers& registers) {
  SampleInfo info = {};
  void* frame;
  sample(isolate, {registers.pc, registers.stack, registers.base, registers.link, 0}, &frame, 1,
         &info);
  return info.frames == 1 && info.state != kCollecting && info.state != kLogging;
}

// A guessed address among what V8 compiles may lie where no code is.
bool RunsBytecode(const Frame& frame) {
  return (frame.is_exact || IsBuiltin(frame.pc)) && IsInterpreter(frame.pc);
}

template <typename Function>
bool Find(Function* function, const char* symbol) {
  *function = reinterpret_cast<Function>(FindSymbol(symbol));
  return *function != nullptr;
}

}  // namespace

void OpenJsFrames() {
  can_name =
      Find(&sample, "_ZN2v87Isolate14GetStackSampleERKNS_13RegisterStateEPPvmPNS_10SampleInfoE") &&
      Find(&count_handles, "_ZN2v811HandleScope15NumberOfHandlesEPNS_7IsolateE") && OpenJsNames();
}

JsFrames::JsFrames(const Stack& stack, size_t first, const Registers& registers) : stack_(stack) {
  const size_t function = FindFirst(stack, first);
  if (function == stack.count) return;
  for (size_t index = first; index < stack.count; ++index) {
    const Frame& frame = stack.frames[index];
    // All frames of compiled JS have a function.
    const bool is_copied = frame.function == nullptr || RunsBytecode(frame);
    if (frame.is_exact && is_copied && thread_code.compiled.Has(frame.pc))
      FindCopiedBuiltins(frame.pc);
  }
  if (!can_name) return;
  isolate_ = thread_code.isolate;
  is_known_ = isolate_ != nullptr && IsAtRest(isolate_, registers);
  may_ask_ = is_known_ && IsAddon(stack, first, function) && count_handles(isolate_) > 0;
}

bool JsFrames::Find(size_t index, uint32_t* function) {
  *function = kUnknownFunction;
  const Frame& frame = stack_.frames[index];
  if (!IsV8Code(frame.pc)) {
    if (is_known_ && KindOf(frame.pc) == Kind::kOther) is_known_ = false;
    return false;
  }
  bool is_js = !IsBuiltin(frame.pc) || RunsBytecode(frame);
  if (is_known_ && frame.function != nullptr) {
    is_js |= FindJsFunction(isolate_, frame.function, may_ask_, function);
  }
  if (is_js) CountJsFrame(*function);
  return is_js;
}

}  // namespace stageprof_tracker
