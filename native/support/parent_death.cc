#include "parent_death.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace stageprof {

bool EndWithParent(pid_t parent) {
  int before = 0;
  if (prctl(PR_GET_PDEATHSIG, &before) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
  // Checked after the request: a parent that ended before it sends no signal, and this process then
  // has another parent, whose end must not kill it.
  if (getppid() == parent) return true;
  prctl(PR_SET_PDEATHSIG, before);
  return false;
}

}  // namespace stageprof
