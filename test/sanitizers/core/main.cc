// core CASE ROUNDS SEED exits with 0 when every expectation held. Without arguments, core prints
// the names of the cases.
#include <string.h>

#include "case.h"

namespace {

constexpr struct {
  const char* name;
  void (*run)(uint32_t rounds, uint64_t seed);
} kCases[] = {
#define STAGEPROF_NAMED(name) {#name, name},
    STAGEPROF_CASES(STAGEPROF_NAMED)
#undef STAGEPROF_NAMED
};

}  // namespace

int main(int count, char** arguments) {
  for (const auto& test : kCases) {
    if (count == 1) puts(test.name);
    if (count != 4 || strcmp(arguments[1], test.name) != 0) continue;
    test.run(static_cast<uint32_t>(strtoul(arguments[2], nullptr, 10)),
             strtoull(arguments[3], nullptr, 10));
    return 0;
  }
  return count == 1 ? 0 : 2;
}
