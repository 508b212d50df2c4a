#include "clear_refs.h"

#include <fcntl.h>

namespace stageprof {

void ClearRefs::Open() {
  // Opening changes nothing: whether the kernel takes the write is only known at the first reset.
  ProcFile::Open("/proc/self/clear_refs", O_WRONLY);
}

}  // namespace stageprof
