#ifndef STAGEPROF_BENCH_FLOOR_H_
#define STAGEPROF_BENCH_FLOOR_H_

#include <stddef.h>
#include <stdint.h>

namespace bench {

enum class Mallinfo2Use : uint32_t {
  kNever = 0,
  // At most 1 % of the elapsed time, as in the package's sampler.
  kBudgeted = 1,
  kAlways = 2,
};

// Makes the readings of a full stage and nothing else: no JS, no boundary, no bookkeeping. What a
// stage costs above this is the profiler's own cost.
class Floor {
 public:
  // Returns false when a reading cannot be made here; failure() has the reason.
  bool Open();
  // Runs `count` stages of two samples each.
  void Run(uint32_t count, Mallinfo2Use use);

  // Makes the readings of one end of a stage.
  void ReadEnd();

  uint32_t mallinfo2_calls() const { return mallinfo2_calls_; }
  const char* failure() const { return failure_; }

 private:
  // glibc's struct mallinfo2, which is missing in the headers of an older glibc.
  struct MallocInfo {
    size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
  };

  struct Sample {
    double wall_ns, thread_cpu_ns, process_cpu_ns, rss_bytes;
    double js_used_bytes, external_bytes, malloc_live_bytes, malloc_free_bytes;
  };

  void Read(Sample* sample, Mallinfo2Use use);
  void ReadMalloc(Sample* sample);

  const char* failure_ = nullptr;
  int statm_ = -1;
  double page_bytes_ = 4096;
  void* isolate_ = nullptr;
  void (*get_heap_statistics_)(void* isolate, void* statistics) = nullptr;
  MallocInfo (*mallinfo2_)() = nullptr;
  // v8::HeapStatistics has 14 words on Node 20.
  size_t words_[64] = {};

  double opened_ns_ = 0;
  double mallinfo2_spent_ns_ = 0;
  double mallinfo2_last_ns_ = 0;
  uint32_t mallinfo2_calls_ = 0;
};

}  // namespace bench

#endif  // STAGEPROF_BENCH_FLOOR_H_
