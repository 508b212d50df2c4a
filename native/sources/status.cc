#include "status.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

namespace stageprof {

void Status::Open() {
  ProcFile::Open("/proc/self/status", O_RDONLY);
}

double Status::ReadPeakRssBytes() {
  // The list of groups precedes VmHWM and can be long: 4 KiB holds some 350 groups.
  char text[4096];
  if (Read(text, sizeof text) == 0) return NAN;
  const char* field = strstr(text, "\nVmHWM:");
  if (field == nullptr) return NAN;
  return static_cast<double>(strtoull(field + strlen("\nVmHWM:"), nullptr, 10)) * 1024;
}

}  // namespace stageprof
