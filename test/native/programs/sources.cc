// Opens every source of the list, takes a sample, and prints the slots and the failures by name, as
// JSON. Compiled beside a copy of native/ that has one source and one slot more.
#include "sources/sources.h"

#include <stdio.h>

#include "sources/sampler.h"

int main() {
  stageprof::Sources sources(stageprof::Reader::kMeasuredThread);
  sources.Open();
  double slots[stageprof::kSampleLength];
  stageprof::Sampler sampler;
  sampler.Open(&sources, slots, stageprof::kMaskAll);
  sampler.ReadEntry();
  printf("{\"slots\":{");
  const char* comma = "";
#define STAGEPROF_PRINT(slot, name)                                \
  if (slots[stageprof::slot] == slots[stageprof::slot]) {          \
    printf("%s\"%s\":%.17g", comma, name, slots[stageprof::slot]); \
    comma = ",";                                                   \
  }
  STAGEPROF_SLOTS(STAGEPROF_PRINT)
#undef STAGEPROF_PRINT
  printf("},\"failures\":{");
  comma = "";
  sources.ForEach([&](const char* name, const auto& source) {
    if (source.reason() == nullptr) {
      printf("%s\"%s\":null", comma, name);
    } else {
      printf("%s\"%s\":\"%s\"", comma, name, source.reason());
    }
    comma = ",";
  });
  printf("}}\n");
  sampler.Close();
  sources.Close();
  return 0;
}
