#include "v8_code.h"

#include <stddef.h>
#include <string.h>

#include "../bootstrap.h"

namespace stageprof_tracker {

namespace {

void* (*current_isolate)() = nullptr;
void (*get_builtins)(void* isolate, const void** start, size_t* bytes) = nullptr;
void (*get_compiled)(void* isolate, void** start, size_t* bytes) = nullptr;

// The handlers of bytecodes return to where the interpreter reads from its frame how far it was. The
// builtin and its variant for profilers have these instructions, nothing else has.
constexpr uint8_t kInterpreter[] = {
    0xFF, 0xD1,              // call rcx
    0x4C, 0x8B, 0x65, 0xE0,  // mov r12, [rbp - 32]
    0x44, 0x8B, 0x4D, 0xDC,  // mov r9d, [rbp - 36]
};
constexpr uintptr_t kCallBytes = 2;

constexpr uintptr_t kPageBytes = 4096;

// A page of code equals no other.
bool IsCopy(uintptr_t pc, uintptr_t original) {
  if ((pc - original) % kPageBytes != 0) return false;
  const uintptr_t in_page = pc % kPageBytes;
  return memcmp(reinterpret_cast<const void*>(pc - in_page),
                reinterpret_cast<const void*>(original - in_page), kPageBytes) == 0;
}

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

void* CurrentIsolate() {
  return current_isolate == nullptr ? nullptr : current_isolate();
}

void AskForV8Code() {
  if (v8_code.builtins.IsKnown() && v8_code.compiled.IsKnown()) return;
  if (get_builtins == nullptr || get_compiled == nullptr) return;
  void* const isolate = CurrentIsolate();
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

bool IsInterpreter(uintptr_t pc) {
  return memcmp(reinterpret_cast<const void*>(pc - kCallBytes), kInterpreter,
                sizeof kInterpreter) == 0;
}

void FindCopiedBuiltins(uintptr_t pc) {
  // With --interpreted-frames-native-stack each function has a builtin of its own, which is no part of
  // a copy.
  constexpr int kMostSearches = 8;
  static std::atomic<int> searches{0};
  if (v8_code.copied_builtins.IsKnown() || !v8_code.builtins.IsKnown() ||
      searches.load(std::memory_order_relaxed) == kMostSearches) {
    return;
  }
  searches.fetch_add(1, std::memory_order_relaxed);
  const uintptr_t begin = v8_code.builtins.begin.load(std::memory_order_relaxed);
  const uintptr_t end = v8_code.builtins.end.load(std::memory_order_relaxed);
  for (uintptr_t at = begin + kPageBytes + kCallBytes; at < end - kPageBytes; ++at) {
    if (!IsInterpreter(at) || !IsCopy(pc, at)) continue;
    v8_code.copied_builtins.Set(pc - (at - begin), end - begin);
    return;
  }
}

}  // namespace stageprof_tracker
