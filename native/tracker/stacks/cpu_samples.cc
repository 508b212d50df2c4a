#include "cpu_samples.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../bootstrap.h"
#include "cpu_counts.h"
#include "cpu_threads.h"
#include "cpu_timer.h"
#include "machine.h"
#include "stack_tables.h"
#include "take_stack.h"
#include "task_files.h"
#include "v8_code.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Signals that neither libc, V8 nor the runtimes of other languages are known to use, the most likely one first.
constexpr int kFirstSignal = 59;
constexpr int kLastSignal = 40;

constexpr uint64_t kSecond = 1000000000;
// How often threads are looked at, unless that would take more than 0.5 % of a CPU.
constexpr uint64_t kLookEveryNs = kSecond / 10;
constexpr uint64_t kLookingShare = 200;

int signal_number = 0;
std::atomic<const char*> missing{"no CPU samples have been asked for"};
// Raised at each start and stop. The looking thread ends when it is no longer what it was.
std::atomic<uint32_t> turn{0};

// Handlers run here. More at one time take no sample.
struct HandlerStack {
  static constexpr size_t kBytes = 32 * 1024;

  std::atomic<bool> is_taken;
  alignas(64) char bytes[kBytes];
};
constexpr int kHandlerStacks = 16;
HandlerStack handler_stacks[kHandlerStacks];

HandlerStack* TakeHandlerStack() {
  for (HandlerStack& stack : handler_stacks) {
    if (!stack.is_taken.load(kRelaxed) &&
        !stack.is_taken.exchange(true, std::memory_order_acquire)) {
      return &stack;
    }
  }
  return nullptr;
}

struct Interrupted {
  CpuThread* thread;
  uint64_t periods;
  Registers registers;
};

void Sample(void* data) {
  auto* const interrupted = static_cast<Interrupted*>(data);
  CpuThread* const thread = interrupted->thread;
  uint32_t stage;
  TaskName name;
  AskForV8Code();
  ReadTaskNameHere(&name);
  const bool has_isolate = thread_code.isolate != nullptr && !IsHelperName(name.text);
  if (has_isolate || FindOwnStage(&stage) || IsOwnTaskName(name.text)) return LeaveOut(thread);
  SiteFrame leaf;
  const uint32_t site = TakeInterruptedSite(interrupted->registers, &leaf);
  CountCpu(site, leaf, NoteSample(thread, name), interrupted->periods);
}

void SetHandler(void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigaction(signal_number, &action, nullptr);
}

// Somebody else has sent it. It ends the program, as it would without us.
void PassOn() {
  SetHandler(SIG_DFL);
  syscall(SYS_tgkill, syscall(SYS_getpid), syscall(SYS_gettid), signal_number);
}

void Handle(int, siginfo_t* info, void* context) {
  const int error = errno;
  void* const data = info->si_value.sival_ptr;
  if (info->si_code != SI_TIMER || !IsOfCpuThreads(data)) {
    PassOn();
  } else {
    CpuThread* const thread = FindCpuThread(data);
    HandlerStack* const stack = thread == nullptr ? nullptr : TakeHandlerStack();
    if (stack != nullptr) {
      const auto missed = static_cast<uint64_t>(info->si_overrun > 0 ? info->si_overrun : 0);
      Interrupted interrupted = {thread, 1 + missed, RegistersOf(context)};
      CallOn(stack->bytes + HandlerStack::kBytes, Sample, &interrupted);
      stack->is_taken.store(false, std::memory_order_release);
    }
  }
  errno = error;
}

bool IsFree(int number) {
  struct sigaction action;
  return sigaction(number, nullptr, &action) == 0 && (action.sa_flags & SA_SIGINFO) == 0 &&
         action.sa_handler == SIG_DFL;
}

bool IsOurs() {
  struct sigaction action;
  return sigaction(signal_number, nullptr, &action) == 0 && (action.sa_flags & SA_SIGINFO) != 0 &&
         action.sa_sigaction == Handle;
}

// The handler stays when sampling ends: a signal may still be under way, and would end the program.
bool InstallHandler() {
  if (signal_number != 0 && IsOurs()) return true;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = Handle;
  // On the stack for signals, where a thread has one: those of Go have no room elsewhere.
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  for (int number = kFirstSignal; number >= kLastSignal; --number) {
    if (!IsFree(number)) continue;
    signal_number = number;
    return sigaction(number, &action, nullptr) == 0;
  }
  return false;
}

uint64_t ClockNs(clockid_t clock) {
  timespec now;
  if (clock_gettime(clock, &now) != 0) return 0;
  return static_cast<uint64_t>(now.tv_sec) * kSecond + static_cast<uint64_t>(now.tv_nsec);
}

// Until `own` is no longer the turn.
void Sleep(uint32_t own, uint64_t ns) {
  const timespec time = {static_cast<time_t>(ns / kSecond), static_cast<long>(ns % kSecond)};
  syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, own, &time, nullptr, 0);
}

void NextTurn() {
  turn.fetch_add(1, std::memory_order_seq_cst);
  syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
}

void End(const char* why) {
  missing.store(why, kRelaxed);
  CloseCpuThreads();
  NextTurn();
}

void* RunLooks(void* data) {
  const auto own = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(data));
  SetTaskNameHere("stageprof cpu");
  uint64_t pause = kLookEveryNs;
  while (turn.load(kRelaxed) == own) {
    Sleep(own, pause);
    if (turn.load(kRelaxed) != own) break;
    if (!IsOurs()) {
      End("the program has taken the signal of CPU samples for itself");
      break;
    }
    const uint64_t begun = ClockNs(CLOCK_THREAD_CPUTIME_ID);
    LookAtCpuThreads();
    const uint64_t spent = ClockNs(CLOCK_THREAD_CPUTIME_ID) - begun;
    pause = spent * kLookingShare > kLookEveryNs ? spent * kLookingShare : kLookEveryNs;
  }
  return nullptr;
}

// By names, because glibc 2.34 gave them new versions.
bool StartLookingThread() {
  const auto create =
      reinterpret_cast<int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>(
          FindSymbol("pthread_create"));
  const auto detach = reinterpret_cast<int (*)(pthread_t)>(FindSymbol("pthread_detach"));
  if (create == nullptr || detach == nullptr) return false;
  const uint32_t own = turn.load(kRelaxed);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // What is sent to the process is for its program.
  sigprocmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const int error =
      create(&thread, nullptr, RunLooks, reinterpret_cast<void*>(static_cast<uintptr_t>(own)));
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (error == 0) detach(thread);
  return error == 0;
}

const char* Start(uint32_t hz) {
  // No Node for musl was at hand whose own profiler runs, to try it.
  if (FindSymbol("gnu_get_libc_version") == nullptr)
    return "CPU of other threads is sampled with glibc alone";
  if (ReadStackTables() == nullptr) return StacksMissing();
  const char* const why = CpuTimersMissing();
  if (why != nullptr) return why;
  if (!InstallHandler()) return "the program uses all signals that CPU samples could take";
  const int timer = MakeCpuTimer(static_cast<int32_t>(syscall(SYS_gettid)), signal_number, nullptr,
                                 UINT64_C(1) << 60, 0);
  if (timer == kNoTimer) return "the kernel makes no timers of threads";
  DeleteCpuTimer(timer);
  NoteCpuRate(hz);
  NextTurn();
  OpenCpuThreads(signal_number, hz);
  if (StartLookingThread()) return nullptr;
  CloseCpuThreads();
  return "no thread can be started for CPU samples";
}

}  // namespace

const char* StartCpuSamples(uint32_t hz) {
  const int error = errno;
  if (missing.load(kRelaxed) != nullptr) missing.store(Start(hz), kRelaxed);
  errno = error;
  return missing.load(kRelaxed);
}

void StopCpuSamples() {
  const int error = errno;
  if (missing.load(kRelaxed) == nullptr) End("CPU samples have ended");
  errno = error;
}

const char* CpuSamplesMissing() {
  return missing.load(kRelaxed);
}

int CpuSignal() {
  return signal_number;
}

bool HandlesCpuSignal(int number) {
  return number != 0 && number == signal_number && IsOurs();
}

void GiveSignalBack() {
  const int error = errno;
  // A child of vfork has the memory of its parent, which goes on.
  if (missing.load(kRelaxed) == nullptr && FollowsCpuThreads()) {
    End("the program has taken the signal of CPU samples for itself");
  }
  if (IsOurs()) {
    // The kernel throws away what still waits for threads that block the signal: by default it would end the program.
    SetHandler(SIG_IGN);
    SetHandler(SIG_DFL);
  }
  errno = error;
}

}  // namespace stageprof_tracker
