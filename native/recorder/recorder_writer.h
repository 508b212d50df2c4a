#ifndef STAGEPROF_RECORDER_RECORDER_WRITER_H_
#define STAGEPROF_RECORDER_RECORDER_WRITER_H_

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "../sources/heap_watch.h"
#include "../sources/sampler.h"
#include "../sources/v8_heap.h"
#include "outside_sources.h"
#include "recorder_layout.h"
#include "timeline.h"

namespace stageprof {

// A thread of its own that writes into the mapped file ten times a second: a reading into a ring,
// and the whole sample with the account of the resident set. So the last moments of a process are
// known even if it ends without notice or while its JS thread is busy. The thread never enters JS,
// takes no signals, and costs some 10 us a reading.
//
// What only V8 knows is as old as its last publication by the isolate's thread: at a sample, at a
// collection, and before the event loop waits.
//
// The threads come from libuv, which node exports: glibc 2.34 gave its own functions new versions,
// with which the addon would not load on RHEL 8.
class RecorderWriter {
 public:
  // Called on the thread that is to be sampled. `memory` is the mapping that the positions are
  // offsets into. Returns 0, or the errno that prevented a thread.
  int Start(napi_env env, V8Heap* heap, OutsideSources* sources, unsigned char* memory,
            const double* positions);
  // Called on the same thread: writes a last reading, and returns when the writer's thread has
  // ended. Idempotent. It does nothing in a forked child, which does not have that thread.
  void Stop(MappedParts::Look look);
  // Writes a last reading while the environment is being taken down. Nothing is written afterwards.
  void WriteTeardown();
  // Writes a last reading when the process is about to end, unless the thread is in the middle of
  // one.
  void WriteLast();

  // Nothing is written while this object lives, so the mapping may be moved.
  class Pause {
   public:
    explicit Pause(RecorderWriter* writer);
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    OutsideSources* const sources_;
  };

 private:
  // A reading, and how often the heap had been published by then.
  struct Kept {
    double sample[kSampleLength];
    double account[kAccountLength];
    uint32_t publications;
  };

  static void Run(void* writer);
  void WriteStacks() const;
  int StartThread();
  void StopThread();
  void AskBusyThread();
  void Write(MappedParts::Look look);
  void WriteEnd();
  // CPU time of the sampled thread as of the last sample, whatever the mask.
  double ThreadCpuNs() const;
  void WriteReading();
  void WriteMoment();
  void WritePoint();
  void WriteTracked();
  void WriteModules();
  MappedParts::Look Allowed(MappedParts::Look look) const;
  void RaisePeaks();
  void KeepSteady();
  void Keep(Kept* kept) const;
  bool IsHeardSince(const Kept& kept) const;

  uint64_t Size(Position position) const { return static_cast<uint64_t>(positions_[position]); }
  double* Cells(Position position) const {
    return reinterpret_cast<double*>(memory_ + Size(position));
  }

  V8Heap* heap_ = nullptr;
  OutsideSources* sources_ = nullptr;
  const StageprofTracker* tracker_ = nullptr;
  unsigned char* memory_ = nullptr;
  double positions_[kPositionCount] = {};
  Sampler sampler_;
  double sample_[kSampleLength];
  double account_[kAccountLength];
  // The last reading that is known to be of the running program, and one that is if JS is heard of
  // again; see KeepSteady.
  Kept steady_;
  Kept pending_;
  // The account of the reading with the highest resident set so far.
  double peak_account_[kAccountLength];
  // Highest values since the start, by slot; NaN elsewhere.
  double highest_[kSlotCount];
  Timeline timeline_;
  // The isolate's thread raises the peak, and this writer takes it.
  HeapWatch heap_watch_;
  // As of the last reading by the thread: how often the heap had been published, and the CPU time
  // of the sampled thread.
  uint32_t seen_publications_ = 0;
  double seen_cpu_ns_ = 0;
  bool is_over_ = false;   // guarded by the lock of the sources
  int owner_ = 0;          // process id; 0 before the start and after the stop
  int32_t thread_id_ = 0;  // of the sampled thread
  bool has_thread_ = false;
  uv_thread_t thread_ = {};
  uv_mutex_t mutex_ = {};
  uv_cond_t stopping_ = {};
  bool stops_ = false;  // guarded by `mutex_`
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_RECORDER_WRITER_H_
