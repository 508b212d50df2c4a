#include "signal_users.h"

#include <signal.h>
#include <string.h>

#include "cpu_samples.h"

namespace stageprof_tracker {

namespace {

using Handler = void (*)(int);

struct {
  int (*sigaction)(int, const struct sigaction*, struct sigaction*);
  Handler (*signal)(int, Handler);
} real;

int SetAction(int number, const struct sigaction* action, struct sigaction* before) {
  if (!HandlesCpuSignal(number)) return real.sigaction(number, action, before);
  if (action == nullptr) {
    // It only asks. As far as it knows the signal is not used.
    if (before != nullptr) memset(before, 0, sizeof *before);
    return 0;
  }
  GiveSignalBack();
  return real.sigaction(number, action, before);
}

Handler SetHandler(int number, Handler handler) {
  if (HandlesCpuSignal(number)) GiveSignalBack();
  return real.signal(number, handler);
}

}  // namespace

uint32_t FindSignalFunctions(ReboundFunction* functions) {
  const bool are_both = FindReal("sigaction", &real.sigaction, SetAction, &functions[0]) &&
                        FindReal("signal", &real.signal, SetHandler, &functions[1]);
  return are_both ? kSignalFunctions : 0;
}

}  // namespace stageprof_tracker
