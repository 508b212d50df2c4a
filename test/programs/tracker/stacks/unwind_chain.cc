// unwind_chain LIBRARY: calls chains of functions of the library, and unwinds at their innermost ones. The library notes
// what it calls. Prints JSON: how many stacks, frames that were called, of these how many were found, frames that were
// found and not called, stacks that reached main. With OLD_LOADER the loader does not answer for an address, as before glibc
// 2.35 and on musl.
#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loaded_object.h"
#include "mapped_file.h"
#include "modules.h"
#include "stacks/code_map.h"
#include "stacks/machine.h"
#include "stacks/unwinder.h"

namespace stageprof_tracker {

void* FindSymbol(const char* symbol) {
  const bool is_hidden = getenv("OLD_LOADER") != nullptr && strcmp(symbol, "_dl_find_object") == 0;
  return is_hidden ? nullptr : dlsym(RTLD_DEFAULT, symbol);
}

// What modules.cc has, without the allocations that it counts.
PageCache page_cache;
uint32_t LookUpModule(uintptr_t address) {
  const uint32_t module = FindModule(address);
  if (module != kUnknownModule) return module;
  MappedFile file;
  return FindMappedFile(address, &file) ? PutModule(file.name, file.start, file.end)
                                        : kUnknownModule;
}

}  // namespace stageprof_tracker

using stageprof_tracker::Stack;

extern "C" {
// Numbers of the functions that have been entered and not left, outermost first; none of a function that ends in a tail
// call.
int called[256];
int called_count;
}

namespace {

const void* library_base;
uintptr_t top;
long stacks, frames_called, frames_found, frames_false, stacks_whole, guesses;
bool is_verbose;

constexpr int kElsewhere = -1;
constexpr int kStart = -2;

// The library exports its functions as f0, f1 and so on.
int FunctionAt(uintptr_t pc) {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(pc - 1), &info) == 0 || info.dli_fbase != library_base)
    return kElsewhere;
  return info.dli_sname != nullptr && info.dli_sname[0] == 'f' ? atoi(info.dli_sname + 1) : kStart;
}

void Compare(const Stack& stack) {
  int found[Stack::kMostFrames];
  int count = 0;
  bool reaches_main = false;
  for (size_t index = 1; index < stack.count; ++index) {
    const int function = FunctionAt(stack.frames[index].pc);
    if (stack.frames[index].is_guess) ++guesses;
    if (function >= 0) {
      found[count++] = function;
    } else if (function == kElsewhere && count > 0) {
      reaches_main = true;
    }
  }
  // Both are in order, so the longest common subsequence is found by going along.
  int at = 0;
  long matched = 0;
  for (int index = called_count - 1; index >= 0; --index) {
    for (int ahead = at; ahead < count; ++ahead) {
      if (found[ahead] != called[index]) continue;
      ++matched;
      at = ahead + 1;
      break;
    }
  }
  ++stacks;
  frames_called += called_count;
  frames_found += matched;
  frames_false += count - matched;
  stacks_whole += reaches_main && stack.end == Stack::End::kOutermost ? 1 : 0;
  if (is_verbose && (matched != called_count || count != matched)) {
    fprintf(stderr, "called");
    for (int index = called_count - 1; index >= 0; --index) fprintf(stderr, " %d", called[index]);
    fprintf(stderr, "; found");
    for (int index = 0; index < count; ++index) fprintf(stderr, " %d", found[index]);
    fprintf(stderr, "; end %d\n", static_cast<int>(stack.end));
  }
}

}  // namespace

extern "C" __attribute__((noinline)) void take() {
  static Stack stack;
  stageprof_tracker::Registers registers;
  stageprof_tracker::ReadRegisters(&registers);
  stageprof_tracker::Unwind(registers, top, &stack);
  Compare(stack);
}

int main(int, char** arguments) {
  stageprof_tracker::OpenLoadedObjects();
  is_verbose = getenv("VERBOSE") != nullptr;
  void* const library = dlopen(arguments[1], RTLD_NOW);
  if (library == nullptr) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  link_map* map;
  dlinfo(library, RTLD_DI_LINKMAP, &map);
  library_base = reinterpret_cast<void*>(map->l_addr);
  // The kernel puts the arguments above the first frame.
  top = reinterpret_cast<uintptr_t>(arguments);
  const auto start = reinterpret_cast<long (*)(long)>(dlsym(library, "start"));
  const auto chains = *static_cast<const int*>(dlsym(library, "chains"));
  for (long chain = 0; chain < chains; ++chain) start(chain);
  printf(
      "{\"stacks\":%ld,\"called\":%ld,\"found\":%ld,\"false\":%ld,\"whole\":%ld,\"guesses\":%ld}\n",
      stacks, frames_called, frames_found, frames_false, stacks_whole, guesses);
  return 0;
}
