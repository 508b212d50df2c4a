#include "signal_users.h"

#include <signal.h>

#include "../bootstrap.h"
#include "cpu_samples.h"

namespace stageprof_tracker {

namespace {

using Handler = void (*)(int);

struct {
  int (*sigaction)(int, const struct sigaction*, struct sigaction*);
  Handler (*signal)(int, Handler);
} real;

bool IsSampled(int number) {
  return number != 0 && number == CpuSignal();
}

int SetAction(int number, const struct sigaction* action, struct sigaction* before) {
  if (IsSampled(number)) GiveSignalBack();
  return real.sigaction(number, action, before);
}

Handler SetHandler(int number, Handler handler) {
  if (IsSampled(number)) GiveSignalBack();
  return real.signal(number, handler);
}

template <typename Function>
bool Find(const char* name, Function* found, Function wrapper, ReboundFunction* function) {
  *found = reinterpret_cast<Function>(FindSymbol(name));
  *function = {name, reinterpret_cast<void*>(*found), reinterpret_cast<void*>(wrapper)};
  return *found != nullptr;
}

}  // namespace

uint32_t FindSignalFunctions(ReboundFunction* functions) {
  const bool are_both = Find("sigaction", &real.sigaction, SetAction, &functions[0]) &&
                        Find("signal", &real.signal, SetHandler, &functions[1]);
  return are_both ? kSignalFunctions : 0;
}

}  // namespace stageprof_tracker
