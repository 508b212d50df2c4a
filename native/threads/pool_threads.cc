#include "pool_threads.h"

#include <stdlib.h>
#include <string.h>

namespace stageprof {

namespace {

constexpr char kPoolName[] = "libuv-worker";
// A condition variable of glibc has two futexes, 4 bytes apart.
constexpr uint64_t kSameVariableBytes = 8;

// The size as libuv reads it at the first work it is given.
size_t PoolSize() {
  const char* text = getenv("UV_THREADPOOL_SIZE");
  if (text == nullptr) return 4;
  const int size = atoi(text);
  if (size == 0) return 1;
  return size < 0 || size > 1024 ? 1024 : static_cast<size_t>(size);
}

// A Node that names the scheduler of delayed tasks, its first thread, also names the threads of the
// pool.
bool NamesItsThreads(const Threads& threads) {
  for (size_t index = 0; index < threads.count(); ++index) {
    if (strncmp(threads[index].name, "DelayedTask", 11) == 0) return true;
  }
  return false;
}

// Takes the first threads of that name. Later ones were made by a thread of the pool, and inherited
// its name.
size_t FindByName(const Threads& threads, size_t size, int32_t* ids) {
  size_t found = 0;
  for (size_t index = 0; index < threads.count() && found < size; ++index) {
    if (strcmp(threads[index].name, kPoolName) == 0) ids[found++] = threads[index].id;
  }
  return found;
}

// Finds all threads that wait for the same variable of libuv as `like`.
size_t FindCrowd(const Threads& threads, const Thread& like, size_t size, int32_t* ids) {
  size_t found = 0;
  for (size_t index = 0; index < threads.count() && found < size; ++index) {
    const Thread& thread = threads[index];
    const uint64_t apart = thread.waits_at > like.waits_at ? thread.waits_at - like.waits_at
                                                           : like.waits_at - thread.waits_at;
    if (thread.waits_in_libuv && apart < kSameVariableBytes) ids[found++] = thread.id;
  }
  return found;
}

// Whether a pool may be among threads without names. The first thread that waits for a variable of
// libuv's module belongs to the inspector, which makes it before any script runs, or to the pool.
bool CouldHold(const Threads& threads, size_t size) {
  for (size_t index = 0; index < threads.count(); ++index) {
    if (threads[index].waits_in_libuv) return threads.count() - index >= size;
  }
  return true;
}

}  // namespace

PoolThreads::Found PoolThreads::Find(const Threads& threads) {
  const size_t size = PoolSize();
  count_ = 0;
  if (NamesItsThreads(threads)) {
    count_ = FindByName(threads, size, ids_);
    return count_ > 0 ? Found::kYes : Found::kNone;
  }
  // A single thread cannot be told from that of the inspector, which waits in the same way.
  for (size_t index = 0; size > 1 && index < threads.count(); ++index) {
    if (!threads[index].waits_in_libuv) continue;
    count_ = FindCrowd(threads, threads[index], size, ids_);
    if (count_ == size) return Found::kYes;
  }
  return CouldHold(threads, size) ? Found::kUnknown : Found::kNone;
}

}  // namespace stageprof
