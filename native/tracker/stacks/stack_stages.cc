#include "stack_stages.h"

#include <string.h>

#include "stack_tables.h"

namespace stageprof_tracker {

namespace {

bool IsSame(const TablesUse& tables, const NotedText& text, const char* other, uint32_t bytes) {
  return text.bytes.load(std::memory_order_acquire) == bytes &&
         memcmp(tables->texts + text.offset, other, bytes) == 0;
}

// Two threads that meet a stage at the same instant may each give it a row.
uint32_t Make(const TablesUse& tables, const char* thread, uint32_t thread_bytes, const char* label,
              uint32_t label_bytes) {
  const uint32_t stage = tables->stages_taken.fetch_add(1, std::memory_order_relaxed);
  if (stage >= kMostStages) {
    tables->stages_taken.store(kMostStages, std::memory_order_relaxed);
    return kOtherStage;
  }
  AddText(tables.operator->(), thread, thread_bytes, &tables->stages[stage].thread);
  AddText(tables.operator->(), label, label_bytes, &tables->stages[stage].label);
  return stage;
}

}  // namespace

bool IsOutsideStage(uint32_t stage) {
  if (stage == kUnknownStage || stage >= kMostStages) return false;
  const StackTables* const tables = ReadStackTables();
  // The label is empty, and written last.
  return tables != nullptr &&
         tables->stages[stage].label.bytes.load(std::memory_order_acquire) == 0;
}

void OpenStackStages() {
  const TablesUse tables;
  if (!tables) return;
  // In their order.
  Make(tables, "", 0, "(unknown)", 9);
  Make(tables, "main", 4, "", 0);
  Make(tables, "(other)", 7, "(other)", 7);
}

uint32_t FindStackStage(const char* thread, uint32_t thread_bytes, const char* label,
                        uint32_t label_bytes) {
  const TablesUse tables;
  if (!tables) return kUnknownStage;
  const uint32_t taken = tables->stages_taken.load(std::memory_order_relaxed);
  const uint32_t count = taken < kMostStages ? taken : kMostStages;
  for (uint32_t stage = kMainOutsideStage; stage < count; ++stage) {
    const StageRow& row = tables->stages[stage];
    if (IsSame(tables, row.label, label, label_bytes) &&
        IsSame(tables, row.thread, thread, thread_bytes)) {
      return stage;
    }
  }
  return Make(tables, thread, thread_bytes, label, label_bytes);
}

}  // namespace stageprof_tracker
