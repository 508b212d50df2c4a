#include "rusage.h"

#include <math.h>

namespace stageprof {

void Rusage::Open() {
  rusage usage;
  Read(&usage);
}

ChildrenUsage ReadChildrenUsage() {
  rusage usage;
  if (getrusage(RUSAGE_CHILDREN, &usage) != 0) return {NAN, NAN};
  return {CpuNs(usage), MaxRssBytes(usage)};
}

}  // namespace stageprof
