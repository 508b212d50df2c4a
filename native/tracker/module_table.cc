#include "module_table.h"

#include <string.h>

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// The number of rows in use, including that of the unknown module.
std::atomic<uint32_t> rows{1};
std::atomic<uint32_t> missed{0};

// The part of a name that fits into a row. The end of a path tells more than its beginning.
const char* EndOfName(const char* name) {
  const size_t length = strlen(name);
  return length < kModuleNameBytes ? name : name + length - (kModuleNameBytes - 1);
}

void SetRange(Module* module, uintptr_t start, uintptr_t end) {
  // The range is empty between the two stores: see LiesIn.
  module->end.store(0, kRelaxed);
  module->start.store(start, std::memory_order_release);
  module->end.store(end, std::memory_order_release);
}

// Works on a range that another thread may be changing. A reader of the new start also sees an
// empty range or the new end. A reader that saw the old start and then the new end sees the new
// start when it looks again.
bool LiesIn(uintptr_t address, const Module& module) {
  const uintptr_t start = module.start.load(std::memory_order_acquire);
  return address >= start && address < module.end.load(std::memory_order_acquire) &&
         module.start.load(kRelaxed) == start;
}

// Modules that lay there before have been unloaded.
void ForgetOverlapped(uintptr_t start, uintptr_t end, uint32_t count) {
  for (uint32_t i = 1; i < count; ++i) {
    Module& module = module_table[i];
    if (module.start.load(kRelaxed) < end && module.end.load(kRelaxed) > start) {
      module.end.store(0, kRelaxed);
    }
  }
}

}  // namespace

Module module_table[kModules];
char module_names[kModules][kModuleNameBytes];

uint32_t CountModules() {
  const uint32_t taken = rows.load(kRelaxed);
  return taken < kModules ? taken : kModules;
}

uint32_t CountMissedModules() {
  return missed.load(kRelaxed);
}

uint32_t PutModule(const char* name, uintptr_t start, uintptr_t end) {
  const char* kept_name = EndOfName(name);
  const uint32_t count = CountModules();
  for (uint32_t i = 1; i < count; ++i) {
    Module& module = module_table[i];
    if (!module.has_name.load(std::memory_order_acquire)) continue;
    if (strcmp(module_names[i], kept_name) != 0) continue;
    if (module.start.load(kRelaxed) != start || module.end.load(kRelaxed) != end) {
      ForgetOverlapped(start, end, count);
      SetRange(&module, start, end);
    }
    return i;
  }
  if (count == kModules) {
    missed.fetch_add(1, kRelaxed);
    return kUnknownModule;
  }
  ForgetOverlapped(start, end, count);
  const uint32_t row = rows.fetch_add(1, kRelaxed);
  if (row >= kModules) {
    missed.fetch_add(1, kRelaxed);
    return kUnknownModule;
  }
  strcpy(module_names[row], kept_name);
  SetRange(&module_table[row], start, end);
  module_table[row].has_name.store(true, std::memory_order_release);
  return row;
}

void ForgetRangesBut(const bool (&is_loaded)[kModules]) {
  const uint32_t count = CountModules();
  for (uint32_t i = 1; i < count; ++i) {
    if (!is_loaded[i]) module_table[i].end.store(0, kRelaxed);
  }
}

uint32_t FindModule(uintptr_t address) {
  const uint32_t count = CountModules();
  for (uint32_t i = 1; i < count; ++i) {
    if (LiesIn(address, module_table[i])) return i;
  }
  return kUnknownModule;
}

}  // namespace stageprof_tracker
