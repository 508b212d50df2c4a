#ifndef STAGEPROF_RECORDER_RECORDER_WRITER_H_
#define STAGEPROF_RECORDER_RECORDER_WRITER_H_

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "../sources/sampler.h"
#include "../sources/v8_heap.h"
#include "../support/loop_watch.h"
#include "outside_sources.h"
#include "recorder_layout.h"

namespace stageprof {

// A thread of its own that writes into the mapped file ten times a second: a reading into a ring,
// and the whole sample with the account of the resident set. So the last moments of a process are
// known that ends without a word, also while its JS thread is busy. It never enters JS, takes no
// signals, and costs some 10 us a reading.
//
// What V8 alone knows is as its own thread has last published it: at a sample, at a collection, and
// before its event loop waits.
//
// Threads come from libuv, which node exports: glibc's own functions got new versions in 2.34, with
// which the addon would not load on RHEL 8.
class RecorderWriter {
 public:
  // On the thread that is to be sampled. `memory` is the mapping that the places are offsets into.
  // Returns 0, or why there is no thread: an errno.
  int Start(napi_env env, V8Heap* heap, OutsideSources* sources, unsigned char* memory,
            const double* places);
  // On that thread: writes a last reading, and returns when the thread has ended. Idempotent. In a
  // forked child, where there is no such thread, it does nothing.
  void Stop(MappedParts::Look look);
  // The environment is being taken down: a last reading. Nothing is written afterwards.
  void WriteTeardown();
  // The process is about to end: a last reading, where the thread is not in the middle of one.
  void WriteLast();

  // While this lives, nothing is written: the mapping may be moved.
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
  static void Run(void* writer);
  int StartThread();
  void StopThread();
  void OpenWindow();
  void CloseWindow();
  void PublishBeforeWait();
  void AskBusyThread();
  void Write(MappedParts::Look look);
  void WriteReading();
  void WriteMoment();
  void WriteModules();
  void RaisePeaks();

  uint64_t Size(Place place) const { return static_cast<uint64_t>(places_[place]); }
  double* Cells(Place place) const { return reinterpret_cast<double*>(memory_ + Size(place)); }

  V8Heap* heap_ = nullptr;
  OutsideSources* sources_ = nullptr;
  unsigned char* memory_ = nullptr;
  double places_[kPlaceCount] = {};
  Sampler sampler_;
  double sample_[kSampleLength];
  double account_[kAccountLength];
  // Highest values since the start, by slot; NaN elsewhere.
  double highest_[kSlotCount];
  V8Heap::Window heap_window_;
  bool has_heap_window_ = false;
  LoopWatch loop_watch_;
  double published_ns_ = 0;
  // As of the last reading of the thread: how often the heap had been published, and the CPU time of
  // the thread that is sampled.
  uint32_t seen_publications_ = 0;
  double seen_cpu_ns_ = 0;
  bool is_over_ = false;   // guarded by the lock of the sources
  int owner_ = 0;          // process id; 0 before the start and after the stop
  int32_t thread_id_ = 0;  // of the thread that is sampled
  bool has_thread_ = false;
  uv_thread_t thread_ = {};
  uv_mutex_t mutex_ = {};
  uv_cond_t stopping_ = {};
  bool stops_ = false;  // guarded by `mutex_`
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_RECORDER_WRITER_H_
