// cpu_samples WHAT [LIBRARY]: checks what the tracker samples of the CPU of threads, and that the program is not
// disturbed by it.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <atomic>

#include "../check.h"
#include "stacks/stack_tables.h"

using stageprof_tracker::CpuNameRow;
using stageprof_tracker::CpuRow;
using stageprof_tracker::StackTables;

static double own_ms() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// Each in a section of its own, so that its range is known.
#define WORKER(name)                                                                \
  extern "C" const char __start_in_##name[], __stop_in_##name[];                    \
  extern "C" __attribute__((noinline, section("in_" #name))) void name(double ms) { \
    const double begun = own_ms();                                                  \
    while (own_ms() - begun < ms) {                                                 \
      for (volatile int i = 0; i < 20000; i = i + 1) {                              \
      }                                                                             \
    }                                                                               \
  }
WORKER(lighter)
WORKER(heavier)

static const StackTables* tables() {
  uint64_t bytes;
  return static_cast<const StackTables*>(tracker->read_stack_tables(&bytes));
}

static bool is_named(const CpuNameRow& row, const char* name) {
  return row.name.bytes == strlen(name) &&
         memcmp(tables()->texts + row.name.offset, name, strlen(name)) == 0;
}

static double cpu_ms_of(const char* name) {
  if (tracker == nullptr) return 0;
  // What has ended is not there any more at the second look.
  for (int look = 0; look < 3; ++look) tracker->look_at_cpu_threads();
  double ms = 0;
  for (const CpuNameRow& row : tables()->cpu_names) {
    if (is_named(row, name)) ms += static_cast<double>(row.cpu_ns) / 1e6;
  }
  return ms;
}

// The samples whose innermost frame, or a caller of it, lies in a range of the program.
static int64_t samples_in(const char* start, const char* stop) {
  if (tracker == nullptr) return 0;
  Dl_info info;
  dladdr(start, &info);
  const uint64_t from =
      reinterpret_cast<uintptr_t>(start) - reinterpret_cast<uintptr_t>(info.dli_fbase);
  const uint64_t bytes = static_cast<uint64_t>(stop - start);
  const uint32_t module = tracker->find_module(start);
  const auto lies = [&](uint64_t frame) {
    return (frame >> 48 & 0x3FFF) == module && (frame & 0xFFFFFFFFFFFF) - from < bytes;
  };
  int64_t sum = 0;
  for (const CpuRow& row : tables()->cpu_rows) {
    bool is_in = lies(row.leaf);
    const auto& site = tables()->sites[row.site];
    for (uint32_t at = 0; at < site.count; ++at) is_in |= lies(tables()->frames[site.first + at]);
    if (is_in) sum += static_cast<int64_t>(row.periods.load());
  }
  return sum;
}
#define SAMPLES(name) samples_in(__start_in_##name, __stop_in_##name)

static int64_t samples_of(const char* name) {
  if (tracker == nullptr) return 0;
  int64_t sum = 0;
  for (const CpuRow& row : tables()->cpu_rows) {
    if (row.hash != 0 && is_named(tables()->cpu_names[row.name], name)) {
      sum += static_cast<int64_t>(row.periods.load());
    }
  }
  return sum;
}

static StageprofTrackerCpuSamples state() {
  StageprofTrackerCpuSamples samples = {};
  if (tracker != nullptr) tracker->read_cpu_samples(&samples);
  return samples;
}

static void start(uint32_t hz) {
  if (tracker != nullptr) check("started", 1, tracker->start_cpu_samples(hz) == nullptr);
}

static void pause_ms(long ms) {
  timespec time = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&time, &time) != 0) {
  }
}

// The tracker looks at the threads now and then, less often where that costs much.
static void await_look() {
  for (int turn = 0; turn < 3; ++turn) {
    pause_ms(100);
    // Another thread may be looking, and be held up.
    if (tracker != nullptr) tracker->look_at_cpu_threads();
  }
}

// A thread that has a name, and is seen by the tracker before it works.
template <typename Work>
static void in_thread(const char* name, Work work, size_t stack_bytes = 0) {
  struct Order {
    const char* name;
    Work* work;
  } order = {name, &work};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (stack_bytes != 0) pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_t thread;
  const int error = pthread_create(
      &thread, &attributes,
      [](void* data) -> void* {
        auto* const given = static_cast<Order*>(data);
        prctl(PR_SET_NAME, given->name);
        await_look();
        (*given->work)();
        return nullptr;
      },
      &order);
  if (error == 0) pthread_join(thread, nullptr);
  say("%s %d\n", name, error);
}

// Until there are more than five new samples: a thread has none before a look has found it, and looks come less often
// where they take long.
static void work_until_sampled(int64_t before, const char* name = "worker") {
  do {
    heavier(50);
  } while (tracker != nullptr && samples_of(name) <= before + 5 && own_ms() < 5000);
}

// In a thread, before it ends: what it has used is counted by looks, one of which may be held up.
static void await_counted(const char* name, double ms) {
  for (int turn = 0; turn < 100 && tracker != nullptr && cpu_ms_of(name) <= ms; ++turn)
    pause_ms(100);
}

static void shares() {
  double used_ms = 0;
  start(1000);
  in_thread("pool-7", [&used_ms] {
    for (int turn = 0; turn < 25; ++turn) {
      lighter(10);
      heavier(30);
    }
    used_ms = own_ms();
    await_counted("pool", used_ms - 5);
  });
  const double light = static_cast<double>(SAMPLES(lighter));
  const double heavy = static_cast<double>(SAMPLES(heavier));
  check("share", 1, light / (light + heavy) > 0.12 && light / (light + heavy) < 0.38);
  check("all of it", 1, light + heavy > 150 && light + heavy < 1500);
  check("by its clock", 1, cpu_ms_of("pool") > used_ms - 5 && cpu_ms_of("pool") < used_ms + 20);
  check("by its name", 1, samples_of("pool") >= static_cast<int64_t>(light + heavy));
}

static void blocked() {
  start(1000);
  in_thread("deaf", [] {
    sigset_t all;
    sigfillset(&all);
    // At its beginning, as those of libraries do.
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    heavier(100);
    await_counted("deaf", 95);
  });
  // The timer that it had before may have sent its signal once.
  check("few", 1, SAMPLES(heavier) <= 1);
  check("by its clock", 1, cpu_ms_of("deaf") > 95);
}

static void deaf_from_birth() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  start(1000);
  in_thread("deaf", [] {
    sigset_t waiting;
    heavier(100);
    sigpending(&waiting);
    int count = 0;
    for (int number = 1; number < 65; ++number) count += sigismember(&waiting, number) == 1;
    say("waiting %d\n", count);
    await_counted("deaf", 95);
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  check("none", 0, SAMPLES(heavier));
  check("by its clock", 1, cpu_ms_of("deaf") > 95);
  check("counted", 1, state().blocked >= 1);
}

static std::atomic<int> handled{0};
static void handle(int) {
  ++handled;
}

static void own_handler() {
  struct sigaction action = {};
  action.sa_handler = handle;
  sigaction(59, &action, nullptr);
  start(1000);
  in_thread("worker", [] { work_until_sampled(5); });
  raise(59);
  say("handled %d\n", handled.load());
  check("another signal", 58, state().signal);
  check("samples", 1, SAMPLES(heavier) > 5);
}

static void late_handler(void* library) {
  const auto begin = reinterpret_cast<void (*)()>(dlsym(library, "library_begin"));
  const auto set = reinterpret_cast<int (*)(int, void (*)(int))>(dlsym(library, "library_handle"));
  begin();
  start(1000);
  in_thread("worker", [] { heavier(50); });
  const int number = tracker != nullptr ? static_cast<int>(state().signal) : 59;
  say("free before %d\n", set(number, handle));
  in_thread("worker", [] { heavier(100); });
  say("handled %d\n", handled.load());
  raise(number);
  say("handled %d\n", handled.load());
  check("ended", 1, state().missing != nullptr);
}

// An addon that looks at every signal, as an interpreter does when it starts, takes none.
static void asked(void* library) {
  const auto begin = reinterpret_cast<void (*)()>(dlsym(library, "library_begin"));
  const auto ask = reinterpret_cast<int (*)(int)>(dlsym(library, "library_ask"));
  begin();
  start(1000);
  in_thread("worker", [] { heavier(50); });
  const int number = tracker != nullptr ? static_cast<int>(state().signal) : 59;
  say("free %d\n", ask(number));
  const int64_t before = samples_of("worker");
  in_thread("worker", [before] { work_until_sampled(before); });
  check("goes on", 1, state().missing == nullptr && samples_of("worker") > before + 5);
}

// Somebody sends the signal: what happens is what happens without the tracker.
static void foreign() {
  start(1000);
  in_thread("worker", [] { heavier(50); });
  raise(59);
  say("survived\n");
}

static void interrupted() {
  start(1000);
  static const char* const names[] = {"nanosleep", "epoll", "semaphore", "receive"};
  for (int kind = 0; kind < 4; ++kind) {
    in_thread(names[kind], [kind] {
      const int events = epoll_create1(0);
      int ends[2];
      sem_t semaphore;
      sem_init(&semaphore, 0, 0);
      socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
      const timeval limit = {0, 1000};
      setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      int count = 0;
      const double begun = own_ms();
      // The kernel looks at timers of CPU at its ticks. A thread that waits so often may run between them for a while.
      const auto is_over = [&] {
        const double ms = own_ms() - begun;
        return ms > 30 && (ms > 3000 || kind > 0 || tracker == nullptr || samples_of(names[0]) > 5);
      };
      while (!is_over()) {
        for (volatile int i = 0; i < 300000; i = i + 1) {
        }
        timespec time = {0, 1000};
        epoll_event event;
        char byte;
        int result = 0;
        if (kind == 0) result = nanosleep(&time, nullptr);
        if (kind == 1) result = epoll_wait(events, &event, 1, 1);
        if (kind == 2) {
          clock_gettime(CLOCK_REALTIME, &time);
          result = sem_timedwait(&semaphore, &time);
        }
        if (kind == 3) result = static_cast<int>(read(ends[0], &byte, 1));
        if (result == -1 && errno == EINTR) ++count;
      }
      say("interrupted %d\n", count);
    });
  }
  check("samples", 1, samples_of(names[0]) > 5);
}

static void forked() {
  start(1000);
  in_thread("worker", [] { heavier(50); });
  const int64_t before = samples_of("worker");
  const pid_t child = fork();
  if (child == 0) {
    pthread_t thread;
    pthread_create(
        &thread, nullptr,
        [](void*) -> void* {
          heavier(100);
          return nullptr;
        },
        nullptr);
    pthread_join(thread, nullptr);
    _exit(samples_of("worker") == before ? 7 : 8);
  }
  int status;
  waitpid(child, &status, 0);
  say("child %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  in_thread("worker", [before] { work_until_sampled(before); });
  check("goes on", 1, samples_of("worker") > before + 5);
}

static void many_short(void* library) {
  const auto begin = reinterpret_cast<void (*)()>(dlsym(library, "library_begin"));
  const auto make = reinterpret_cast<int (*)(int, double)>(dlsym(library, "library_threads"));
  begin();
  start(1000);
  // Its threads inherit it, and it is not that of the main thread at the start.
  prctl(PR_SET_NAME, "parent");
  say("made %d\n", make(2000, 0.3));
  check("by their clocks", 1, cpu_ms_of("parent") > 590);
  // Threads so short may all run between the ticks at which the kernel looks at timers of CPU.
  for (int turn = 0; turn < 20 && tracker != nullptr && samples_of("parent") == 0; ++turn)
    make(2000, 0.3);
  check("some of them", 1, samples_of("parent") > 0);
  // Another thread may be looking, and be held up.
  for (int turn = 0; turn < 50 && (turn == 0 || state().followed > 0); ++turn) {
    pause_ms(50);
    if (tracker != nullptr) tracker->look_at_cpu_threads();
  }
  check("none is left", 0, state().followed);
  check("none has failed", 0, static_cast<int64_t>(state().failed));
}

__attribute__((noinline)) static int deep(int depth) {
  volatile char room[256];
  room[0] = static_cast<char>(depth);
  if (depth == 0) {
    work_until_sampled(0, "small");
    return room[0];
  }
  return deep(depth - 1) + room[0];
}

// MINSIGSTKSZ of <asm/signal.h>, where the kernel does not say AT_MINSIGSTKSZ.
#if defined(__aarch64__)
constexpr size_t kKernelsFrame = 5120;
#else
constexpr size_t kKernelsFrame = 2048;
#endif

// A handler with a stack of 10 KiB would end these.
static void small_stacks() {
  start(1000);
  // So little is left that the kernel's own frame just fits.
  in_thread(
      "small", [] { say("%d\n", deep(20) != 12345); }, 16384);
  in_thread("aside", [] {
    // Little more than the kernel itself needs, above a page that nobody may touch.
    constexpr size_t kPage = 4096;
    constexpr unsigned long kLeastBytes = 51;  // AT_MINSIGSTKSZ
    const size_t least = getauxval(kLeastBytes);
    const size_t bytes = (least > kKernelsFrame ? least : kKernelsFrame) + 1024;
    char* const room = static_cast<char*>(mmap(nullptr, kPage + 16 * kPage, PROT_READ | PROT_WRITE,
                                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(room, kPage, PROT_NONE);
    const stack_t aside = {room + kPage, 0, bytes};
    say("set %d\n", sigaltstack(&aside, nullptr));
    work_until_sampled(0, "aside");
  });
  check("samples", 1, samples_of("small") > 5 && samples_of("aside") > 5);
}

static void stopped() {
  start(1000);
  in_thread("worker", [] { work_until_sampled(0); });
  if (tracker != nullptr) tracker->stop_cpu_samples();
  const int64_t before = samples_of("worker");
  check("some", 1, before > 5);
  check("none is left", 0, state().followed);
  in_thread("worker", [] { heavier(50); });
  check("no more", before, samples_of("worker"));
  start(1000);
  in_thread("worker", [before] { work_until_sampled(before); });
  check("again", 1, samples_of("worker") > before + 5);
}

int main(int count, char** words) {
  open_tracker();
  const char* const what = count > 1 ? words[1] : "";
  void* const library = count > 2 ? dlopen(words[2], RTLD_NOW) : nullptr;
  if (count > 2 && library == nullptr) say("%s\n", dlerror());
  if (strcmp(what, "shares") == 0) shares();
  if (strcmp(what, "blocked") == 0) blocked();
  if (strcmp(what, "deaf") == 0) deaf_from_birth();
  if (strcmp(what, "own") == 0) own_handler();
  if (strcmp(what, "late") == 0) late_handler(library);
  if (strcmp(what, "asked") == 0) asked(library);
  if (strcmp(what, "foreign") == 0) foreign();
  if (strcmp(what, "interrupted") == 0) interrupted();
  if (strcmp(what, "forked") == 0) forked();
  if (strcmp(what, "short") == 0) many_short(library);
  if (strcmp(what, "small") == 0) small_stacks();
  if (strcmp(what, "stopped") == 0) stopped();
  say("end\n");
}
