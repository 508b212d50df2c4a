#ifndef STAGEPROF_TRACKER_STACKS_IMPORTS_H_
#define STAGEPROF_TRACKER_STACKS_IMPORTS_H_

#include <stddef.h>

#include "../loaded_object.h"

namespace stageprof_tracker {

// Whether a module imports any of the symbols, as its tables in memory say. True also where they
// cannot be read. Takes no lock and allocates nothing.
bool MayImport(const LoadedObject& object, const char* const* symbols, size_t count);

// Symbols of another module alone, or also those that the module itself defines and lets others take
// the place of, as libc does with malloc.
enum class Bindings { kImports, kAll };

// Calls `visit` for each slot that the loader has filled, or will fill, with the address of a symbol.
// Takes no lock and allocates nothing.
void VisitImports(const LoadedObject& object,
                  void (*visit)(const char* symbol, void** slot, void* context), void* context,
                  Bindings bindings = Bindings::kImports);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_IMPORTS_H_
