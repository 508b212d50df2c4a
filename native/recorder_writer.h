#ifndef STAGEPROF_RECORDER_WRITER_H_
#define STAGEPROF_RECORDER_WRITER_H_

#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <uv.h>

#include "statm.h"
#include "status.h"
#include "tracker_client.h"

namespace stageprof {

// A reading as it stands in the file, in this order. Bytes and nanoseconds; NaN where it was not read.
struct RecorderReading {
  double wall_ns;  // CLOCK_MONOTONIC
  double rss_bytes;
  double rss_peak_bytes;  // of the process, since it started
  double native_bytes;    // live blocks of all threads, those behind Buffers among them
  double thread_cpu_ns;   // of the thread that opened the recorder
  double process_cpu_ns;
};

// A thread of its own that writes ten readings a second into the mapped file, so that the last moments
// of a process are known that ends without a word, also while its JS thread is busy. It never enters
// JS, takes no signals, and costs some 10 us a reading.
//
// Threads come from libuv, which node exports: glibc's own functions got new versions in 2.34, with
// which the addon would not load on RHEL 8.
class RecorderWriter {
 public:
  // Where in the mapped file it writes. A count is raised after what it counts is complete.
  struct Places {
    double* reading_count;  // readings so far: the last is in `readings[(count - 1) % capacity]`
    RecorderReading* readings;
    uint32_t reading_capacity;
    double* module_count;
    char* modules;  // paths, each in `module_bytes` with a zero at its end; of a long one the end
    uint32_t module_capacity;
    uint32_t module_bytes;
  };

  // On the thread whose CPU time is to be read. False when there is no thread to be had.
  bool Start(const Places& places);
  // Writes a last reading, and returns when the thread has ended. Idempotent. In a forked child,
  // where there is no such thread, it does nothing.
  void Stop();

 private:
  static void Run(void* writer);
  void WriteReading();
  void WriteModules();

  Places places_ = {};
  Statm statm_;
  Status status_;
  TrackerClient tracker_;
  clockid_t thread_clock_ = 0;
  int owner_ = 0;  // process id
  bool is_running_ = false;
  uv_thread_t thread_ = {};
  uv_mutex_t mutex_ = {};
  uv_cond_t stopping_ = {};
  bool stops_ = false;  // guarded by `mutex_`
};

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_WRITER_H_
