#include "v8_code.h"

#include <stddef.h>

#include "../bootstrap.h"

namespace stageprof_tracker {

namespace {

void* (*current_isolate)() = nullptr;
void (*get_builtins)(void* isolate, const void** start, size_t* bytes) = nullptr;
void (*get_compiled)(void* isolate, void** start, size_t* bytes) = nullptr;

}  // namespace

V8Code v8_code;

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
  if (v8_code.builtins.IsKnown() && v8_code.compiled.IsKnown()) return;
  if (current_isolate == nullptr || get_builtins == nullptr || get_compiled == nullptr) return;
  void* const isolate = current_isolate();
  if (isolate == nullptr) return;
  const void* builtins = nullptr;
  size_t bytes = 0;
  get_builtins(isolate, &builtins, &bytes);
  if (bytes != 0) v8_code.builtins.Set(reinterpret_cast<uintptr_t>(builtins), bytes);
  void* compiled = nullptr;
  bytes = 0;
  get_compiled(isolate, &compiled, &bytes);
  if (bytes != 0) v8_code.compiled.Set(reinterpret_cast<uintptr_t>(compiled), bytes);
}

}  // namespace stageprof_tracker
