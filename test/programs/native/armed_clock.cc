// What else uses the CPU clock of a process must work as without the timer that ArmProcessClock leaves on it. Prints
// what was found, a line each: its name, and 1 if it is right.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/clocks.h"
#include "support/process_clock.h"

namespace {

volatile sig_atomic_t alarms = 0;
volatile sig_atomic_t limits = 0;

double ThreadNs() {
  return stageprof::ReadClockNs(CLOCK_THREAD_CPUTIME_ID);
}

double ProcessNs() {
  return stageprof::ReadClockNs(CLOCK_PROCESS_CPUTIME_ID);
}

// The only thread of the process. Each reading of the process comes just after one of the thread, so the two move
// alike but for the readings themselves.
bool ClocksAgree() {
  constexpr double kReadingsNs = 1e6;
  const double thread_ns = ThreadNs();
  const double process_ns = ProcessNs();
  while (ThreadNs() < thread_ns + 50e6) continue;
  const double thread_used_ns = ThreadNs() - thread_ns;
  const double process_used_ns = ProcessNs() - process_ns;
  return process_used_ns >= thread_used_ns - kReadingsNs &&
         process_used_ns <= thread_used_ns + kReadingsNs;
}

void Burn(volatile sig_atomic_t* until) {
  const double began_ns = ThreadNs();
  while (*until == 0 && ThreadNs() < began_ns + 5e9) continue;
}

void Tell(const char* what, bool is_right) {
  printf("%s %d\n", what, is_right ? 1 : 0);
  fflush(stdout);
}

bool ChildAgrees() {
  const pid_t child = fork();
  if (child == 0) _exit(ClocksAgree() && ProcessNs() < 1e9 ? 0 : 1);
  int status = 1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main() {
  Tell("armed", stageprof::ArmProcessClock() && stageprof::ArmProcessClock());
  Tell("clock", ClocksAgree());
  Tell("fork", ChildAgrees());

  signal(SIGPROF, [](int) { alarms = 1; });
  const itimerval soon = {{0, 0}, {0, 50000}};
  setitimer(ITIMER_PROF, &soon, nullptr);
  Burn(&alarms);
  Tell("itimer", alarms == 1);

  signal(SIGXCPU, [](int) { limits = 1; });
  const rlim_t used_seconds = static_cast<rlim_t>(ProcessNs() / 1e9);
  const rlimit limit = {used_seconds + 1, used_seconds + 60};
  setrlimit(RLIMIT_CPU, &limit);
  Burn(&limits);
  Tell("rlimit", limits == 1);
  Tell("clock afterwards", ClocksAgree());
  return 0;
}
