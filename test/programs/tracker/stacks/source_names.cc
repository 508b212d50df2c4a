// Prints for each argument what stands before the parameters that an `@` marks: the name, line and column.
#include <stdio.h>
#include <string.h>

#include "stacks/source_text.h"

using stageprof_tracker::FindName;
using stageprof_tracker::FindPosition;
using stageprof_tracker::SourcePosition;
using stageprof_tracker::Text;

int main(int count, char** arguments) {
  for (int index = 1; index < count; ++index) {
    char* const mark = strchr(arguments[index], '@');
    const auto start = static_cast<uint32_t>(mark - arguments[index]);
    memmove(mark, mark + 1, strlen(mark));
    const Text source = {arguments[index], static_cast<uint32_t>(strlen(arguments[index])), false};
    uint16_t name[8];
    const uint32_t units = FindName(source, start, 8, name);
    const SourcePosition position = FindPosition(source, start);
    for (uint32_t at = 0; at < units; ++at) putchar(name[at]);
    printf(" %u:%u\n", position.line, position.column);
  }
}
