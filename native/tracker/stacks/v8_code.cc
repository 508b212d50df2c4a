#include "v8_code.h"

#include <stddef.h>
#include <string.h>

#include "../bootstrap.h"
#include "machine.h"

namespace stageprof_tracker {

namespace {

void* (*current_isolate)() = nullptr;
void (*get_builtins)(void* isolate, const void** start, size_t* bytes) = nullptr;
void (*get_compiled)(void* isolate, void** start, size_t* bytes) = nullptr;

constexpr uintptr_t kPageBytes = 4096;

// A page of code equals no other.
bool IsSamePage(uintptr_t one, uintptr_t other) {
  return memcmp(reinterpret_cast<const void*>(one), reinterpret_cast<const void*>(other),
                kPageBytes) == 0;
}

}  // namespace

AtomicBounds v8_builtins;
thread_local ThreadCode thread_code;

// The names are the same on Node 20, 22, 24 and 26.
void OpenV8Code() {
  current_isolate =
      reinterpret_cast<decltype(current_isolate)>(FindSymbol("_ZN2v87Isolate13TryGetCurrentEv"));
  get_builtins = reinterpret_cast<decltype(get_builtins)>(
      FindSymbol("_ZN2v87Isolate20GetEmbeddedCodeRangeEPPKvPm"));
  get_compiled =
      reinterpret_cast<decltype(get_compiled)>(FindSymbol("_ZN2v87Isolate12GetCodeRangeEPPvPm"));
}

void AskForV8Code() {
  if (current_isolate == nullptr || get_builtins == nullptr || get_compiled == nullptr) return;
  void* const isolate = current_isolate();
  if (isolate == nullptr) {
    thread_code = {};
    return;
  }
  if (!v8_builtins.IsKnown()) {
    const void* builtins = nullptr;
    size_t bytes = 0;
    get_builtins(isolate, &builtins, &bytes);
    if (bytes != 0) v8_builtins.Set(reinterpret_cast<uintptr_t>(builtins), bytes);
  }
  void* compiled = nullptr;
  size_t bytes = 0;
  get_compiled(isolate, &compiled, &bytes);
  const auto begin = reinterpret_cast<uintptr_t>(compiled);
  if (isolate == thread_code.isolate && begin == thread_code.compiled.begin) return;
  thread_code = {isolate, {begin, begin + bytes}, {0, 0}, 0};
}

bool IsInterpreter(uintptr_t pc) {
  return IsInterpretersCall(reinterpret_cast<const uint8_t*>(pc));
}

void FindCopiedBuiltins(uintptr_t pc) {
  // What V8 compiles for itself, for regular expressions for example, may look like a part of the copy.
  constexpr int kMostSearches = 100;
  ThreadCode& code = thread_code;
  if (code.copied_builtins.end != 0 || code.searches == kMostSearches) return;
  ++code.searches;
  const CodeBounds builtins = v8_builtins.Read();
  const uintptr_t page = pc - pc % kPageBytes;
  for (uintptr_t at = builtins.begin + (0 - builtins.begin) % kPageBytes;
       at < builtins.end && builtins.end - at >= kPageBytes; at += kPageBytes) {
    if (!IsSamePage(page, at)) continue;
    const uintptr_t begin = page - (at - builtins.begin);
    code.copied_builtins = {begin, begin + (builtins.end - builtins.begin)};
    return;
  }
}

}  // namespace stageprof_tracker
