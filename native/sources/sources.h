#ifndef STAGEPROF_SOURCES_SOURCES_H_
#define STAGEPROF_SOURCES_SOURCES_H_

#include "account.h"
#include "clear_refs.h"
#include "malloc_stats.h"
#include "pool_cpu.h"
#include "rusage.h"
#include "statm.h"
#include "status.h"
#include "thread_clock.h"
#include "tracker_client.h"
#include "v8_heap.h"

namespace stageprof {

// Every source of one environment, shared by its samplers. Opened at the first need: loading the
// addon reads nothing and holds no descriptor. The recorder's thread has its own, which differ in
// their shares of the elapsed time.
struct Sources {
  // How much of the elapsed time each reading may take whose cost grows with the program.
  struct Shares {
    double malloc_stats = 0.01;
    double mapped_parts = 0.01;
    double pool_look = 0.01;
  };

  explicit Sources(const Shares& shares)
      : pool_cpu(shares.pool_look),
        malloc_stats(shares.malloc_stats),
        mapped_parts(shares.mapped_parts) {}

  ThreadClock thread_clock;
  Rusage rusage;
  PoolCpu pool_cpu;
  Statm statm;
  Status status;
  ClearRefs clear_refs;
  V8Heap v8_heap;
  MallocStats malloc_stats;
  TrackerClient tracker;
  MappedParts mapped_parts;

  void Open() {
    if (is_open) return;
    is_open = true;
    thread_clock.Open();
    rusage.Open();
    pool_cpu.Open();
    statm.Open();
    status.Open();
    clear_refs.Open();
    v8_heap.Open();
    malloc_stats.Open();
    tracker.Open();
  }

  // Descriptors only: the GC callbacks go with the last sampler that reads JS or native memory.
  void Close() {
    pool_cpu.Close();
    statm.Close();
    status.Close();
    clear_refs.Close();
  }

 private:
  bool is_open = false;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_SOURCES_H_
