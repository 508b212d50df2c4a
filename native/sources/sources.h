#ifndef STAGEPROF_SOURCES_SOURCES_H_
#define STAGEPROF_SOURCES_SOURCES_H_

#include <type_traits>

#include "../support/time_budget.h"
#include "clear_refs.h"
#include "malloc_stats.h"
#include "mapped_parts.h"
#include "pool_cpu.h"
#include "rusage.h"
#include "sample_layout.h"
#include "source.h"
#include "statm.h"
#include "status.h"
#include "thread_clock.h"
#include "tracker_client.h"
#include "v8_heap.h"

namespace stageprof {

// X(type, name, groups): every source, in the order in which they are opened. The name is that of
// the member below, and of the property in what sourcesRead() returns. A sampler reads the source
// for the groups of the mask. A new source is one row here and a file of its own.
#define STAGEPROF_SOURCES(X)                       \
  X(ThreadClock, thread_clock, kMaskCpu)           \
  X(Rusage, rusage, kMaskCpu | kMaskIo | kMaskRss) \
  X(PoolCpu, pool_cpu, kMaskCpu)                   \
  X(Statm, statm, kMaskRss)                        \
  X(Status, status, kMaskRss)                      \
  X(ClearRefs, clear_refs, kMaskRssPeakReset)      \
  X(V8Heap, v8_heap, kMaskJs | kMaskNative)        \
  X(MallocStats, malloc_stats, kMaskNative)        \
  X(TrackerClient, tracker, kMaskNative)           \
  X(MappedParts, mapped_parts, kMaskRss | kMaskNative)

// Every source of one environment, shared by its samplers. They are opened when one is first
// needed: loading the addon reads nothing and opens no descriptor. The recorder's thread has
// sources of its own.
class Sources {
 public:
#define STAGEPROF_MADE(Type, name, groups) name(Made<Type>(reader, &budget_)),
  explicit Sources(Reader reader) : STAGEPROF_SOURCES(STAGEPROF_MADE) is_open_(false) {}
#undef STAGEPROF_MADE

  // All readings whose cost grows with the program, together. It comes before the sources, which
  // have their accounts with it.
 private:
  TimeBudget budget_{0.01};

 public:
#define STAGEPROF_MEMBER(Type, name, groups) Type name;
  STAGEPROF_SOURCES(STAGEPROF_MEMBER)
#undef STAGEPROF_MEMBER

  void Open() {
    if (is_open_) return;
    is_open_ = true;
    budget_.Open();
#define STAGEPROF_OPEN(Type, name, groups) \
  name.ForgetFailure();                    \
  name.Open();
    STAGEPROF_SOURCES(STAGEPROF_OPEN)
#undef STAGEPROF_OPEN
  }

  // Closes descriptors only: the last sampler that reads JS or native memory removes the GC
  // callbacks.
  void Close() {
    is_open_ = false;
#define STAGEPROF_CLOSE(Type, name, groups) name.Close();
    STAGEPROF_SOURCES(STAGEPROF_CLOSE)
#undef STAGEPROF_CLOSE
  }

  // Calls `see` with the name of each source and the source itself.
  template <typename See>
  void ForEach(See see) const {
#define STAGEPROF_SEE(Type, name, groups) see(#name, name);
    STAGEPROF_SOURCES(STAGEPROF_SEE)
#undef STAGEPROF_SEE
  }

 private:
  template <typename Type>
  static Type Made(Reader reader, TimeBudget* budget) {
    if constexpr (std::is_constructible_v<Type, Reader, TimeBudget*>) {
      return Type(reader, budget);
    } else {
      return Type();
    }
  }

  bool is_open_;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_SOURCES_H_
