// The part of the addon of queueing.c that is C++: libstdc++ makes the thread, and waits.
#include <stddef.h>

#include <condition_variable>
#include <mutex>
#include <thread>

extern "C" void run_in_std_thread(void (*function)(size_t), size_t bytes) {
  std::thread(function, bytes).join();
}

namespace {

// Never destroyed: its thread stays.
struct Waker {
  std::mutex mutex;
  std::condition_variable has_work;
  std::condition_variable is_done;
  size_t bytes = 0;
};
Waker& waker = *new Waker;

}  // namespace

extern "C" void stay_in_std_thread(void (*function)(size_t)) {
  std::thread([function] {
    std::unique_lock<std::mutex> lock(waker.mutex);
    for (;;) {
      waker.has_work.wait(lock, [] { return waker.bytes != 0; });
      function(waker.bytes);
      waker.bytes = 0;
      waker.is_done.notify_all();
    }
  }).detach();
}

extern "C" void wake_std_thread(size_t bytes) {
  std::unique_lock<std::mutex> lock(waker.mutex);
  waker.is_done.wait(lock, [] { return waker.bytes == 0; });
  waker.bytes = bytes;
  waker.has_work.notify_one();
  waker.is_done.wait(lock, [] { return waker.bytes == 0; });
}
