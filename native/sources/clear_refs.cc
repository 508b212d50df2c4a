#include "clear_refs.h"

#include <fcntl.h>

namespace stageprof {

void ClearRefs::Open() {
  // Opening the file changes nothing. Whether the kernel accepts the write is known only at the
  // first reset.
  ProcFile::Open("/proc/self/clear_refs", O_WRONLY);
}

}  // namespace stageprof
