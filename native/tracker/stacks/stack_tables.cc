#include "stack_tables.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "monotonic_clock.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kOrdered = std::memory_order_seq_cst;

constexpr char kMagic[8] = {'S', 'P', 'G', 'S', 'I', 'T', 'E', 'S'};
constexpr uint32_t kVersion = 2;

// Written once while there is one thread. The address never changes.
StackTables* tables = nullptr;
std::atomic<long> owner{0};  // the process that the file belongs to; 0 while there is none

std::atomic<uint32_t> users{0};
std::atomic<bool> is_moving{false};

// This thread moves the tables: the handler of a signal on it must not wait for the end of that. Nor must
// one wait that has interrupted a use of the tables, for whose end the move waits.
thread_local bool moves_here = false;
thread_local uint32_t uses_here = 0;

// Nobody may hang the program: whoever has waited for half a second goes on, and a count may then be
// lost. Where the processors are busy, the thread that is waited for may not run for a while. False if
// the condition does not hold.
template <typename Condition>
bool WaitFor(Condition holds) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  // Their programs are slow, and nothing may be lost in them.
  constexpr double kLongestNs = 6e10;
#else
  constexpr double kLongestNs = 5e8;
#endif
  const double begun = MonotonicNs();
  while (!holds()) {
    if (MonotonicNs() - begun >= kLongestNs) return false;
    syscall(SYS_sched_yield);
  }
  return true;
}

bool IsMoving() {
  return is_moving.load(kOrdered) && !moves_here && uses_here == 0;
}

template <typename Entry, size_t kCount>
StackTables::Place PlaceOf(const Entry (&entries)[kCount]) {
  return {static_cast<uint32_t>(reinterpret_cast<const char*>(entries) -
                                reinterpret_cast<const char*>(tables)),
          sizeof(Entry), kCount};
}

template <typename Entry>
void CopyFirst(Entry* to, const Entry* from, uint32_t count, uint32_t most) {
  memcpy(static_cast<void*>(to), from, sizeof(Entry) * (count < most ? count : most));
}

void CopyUsed(StackTables* to) {
  CopyFirst(to->sites, tables->sites, tables->sites_taken, kMostSites);
  CopyFirst(to->frames, tables->frames, tables->frames_taken, kMostSiteFrames);
  CopyFirst(to->stages, tables->stages, tables->stages_taken, kMostStages);
  CopyFirst(to->modules, tables->modules, kMostNotedModules, kMostNotedModules);
  CopyFirst(to->js_functions, tables->js_functions, kMostJsFunctions, kMostJsFunctions);
  CopyFirst(to->js_scripts, tables->js_scripts, kMostJsScripts, kMostJsScripts);
  CopyFirst(to->texts, tables->texts, tables->text_taken, kMostTextBytes);
  CopyFirst(to->outlived, tables->outlived, kMostOutlived, kMostOutlived);
  CopyFirst(to->cpu_rows, tables->cpu_rows, kMostCpuRows, kMostCpuRows);
  CopyFirst(to->cpu_names, tables->cpu_names, tables->cpu_names_taken, kMostCpuNames);
  CopyFirst(to->opened_ns, tables->opened_ns, kMostStages, kMostStages);
  memcpy(static_cast<void*>(to), tables, offsetof(StackTables, sites));
}

void* Map(void* at, int flags, int descriptor) {
  const long mapped =
      syscall(SYS_mmap, at, sizeof(StackTables), PROT_READ | PROT_WRITE, flags, descriptor, 0);
  return mapped == -1 ? nullptr : reinterpret_cast<void*>(mapped);
}

int CopyAndReplace(int descriptor) {
  void* const copy = Map(nullptr, MAP_SHARED, descriptor);
  if (copy == nullptr) return errno;
  CopyUsed(static_cast<StackTables*>(copy));
  // One call replaces the mapping, so no thread finds the address without memory.
  const int error = Map(tables, MAP_SHARED | MAP_FIXED, descriptor) == nullptr ? errno : 0;
  syscall(SYS_munmap, copy, sizeof(StackTables));
  return error;
}

}  // namespace

bool OpenStackTables(uint64_t rate) {
  const int error = errno;
  tables = static_cast<StackTables*>(Map(nullptr, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1));
  errno = error;
  if (tables == nullptr) return false;
  memcpy(tables->magic, kMagic, sizeof kMagic);
  tables->version = kVersion;
  tables->pid = static_cast<uint32_t>(getpid());
  tables->rate = rate;
  tables->areas = StackTables::kAreas;
  tables->places[StackTables::kSites] = PlaceOf(tables->sites);
  tables->places[StackTables::kSiteFrames] = PlaceOf(tables->frames);
  tables->places[StackTables::kStages] = PlaceOf(tables->stages);
  tables->places[StackTables::kModules] = PlaceOf(tables->modules);
  tables->places[StackTables::kJsFunctions] = PlaceOf(tables->js_functions);
  tables->places[StackTables::kJsScripts] = PlaceOf(tables->js_scripts);
  tables->places[StackTables::kTexts] = PlaceOf(tables->texts);
  tables->places[StackTables::kOutlived] = PlaceOf(tables->outlived);
  tables->places[StackTables::kCpuRows] = PlaceOf(tables->cpu_rows);
  tables->places[StackTables::kCpuNames] = PlaceOf(tables->cpu_names);
  tables->start_ns = MonotonicNs();
  return true;
}

int MoveStackTables(int descriptor) {
  if (tables == nullptr) return ENOSYS;
  if (owner.load(kRelaxed) != 0) return EBUSY;
  if (is_moving.exchange(true, kOrdered)) return EBUSY;
  moves_here = true;
  // Either this sees that they are in use, or whoever begins to use them sees this.
  WaitFor([] { return users.load(kOrdered) == 0; });
  const int error = CopyAndReplace(descriptor);
  if (error == 0) owner.store(syscall(SYS_getpid), kRelaxed);
  is_moving.store(false, kOrdered);
  moves_here = false;
  return error;
}

double* StageOpenings() {
  return tables == nullptr ? nullptr : tables->opened_ns;
}

const StackTables* ReadStackTables() {
  return tables;
}

TablesUse::TablesUse() : tables_(tables) {
  if (tables == nullptr) return;
  users.fetch_add(1, kOrdered);
  while (IsMoving()) {
    // The move waits until nobody uses the tables, and so must not wait for those who wait for it.
    users.fetch_sub(1, std::memory_order_release);
    const bool is_over = WaitFor([] { return !is_moving.load(kOrdered); });
    users.fetch_add(1, kOrdered);
    if (!is_over) break;
  }
  ++uses_here;
  const long pid = owner.load(kRelaxed);
  if (pid != 0 && pid != syscall(SYS_getpid)) tables_ = nullptr;
}

TablesUse::~TablesUse() {
  if (tables == nullptr) return;
  --uses_here;
  users.fetch_sub(1, std::memory_order_release);
}

void AddText(StackTables* to, const char* from, uint32_t bytes, NotedText* text) {
  if (bytes == 0 || bytes > kMostTextBytes) return;
  const uint32_t offset = to->text_taken.fetch_add(bytes, kRelaxed);
  if (offset > kMostTextBytes - bytes) {
    to->text_taken.fetch_sub(bytes, kRelaxed);
    return;
  }
  memcpy(to->texts + offset, from, bytes);
  text->offset = offset;
  text->bytes.store(bytes, std::memory_order_release);
}

}  // namespace stageprof_tracker
