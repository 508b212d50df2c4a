#include "made_threads.h"

#include <pthread.h>

#include "../bootstrap.h"
#include "cpu_samples.h"
#include "cpu_threads.h"
#include "origins.h"

namespace stageprof_tracker {

namespace {

using Start = void* (*)(void*);

int (*real_create)(pthread_t*, const pthread_attr_t*, Start, void*) = nullptr;

// What a thread that has not begun yet will do. More begin at the same instant without an origin.
struct Beginning {
  std::atomic<bool> is_taken;
  Origin origin;
  Start start;
  void* argument;
};
constexpr int kBeginnings = 256;
Beginning beginnings[kBeginnings];

Beginning* TakeBeginning() {
  for (Beginning& beginning : beginnings) {
    if (!beginning.is_taken.load(std::memory_order_relaxed) &&
        !beginning.is_taken.exchange(true, std::memory_order_acquire)) {
      return &beginning;
    }
  }
  return nullptr;
}

void GiveBack(Beginning* beginning) {
  beginning->is_taken.store(false, std::memory_order_release);
}

void* Begin(void* data) {
  auto* const beginning = static_cast<Beginning*>(data);
  const Start start = beginning->start;
  void* const argument = beginning->argument;
  TakeOver(beginning->origin);
  GiveBack(beginning);
  FollowThisThread();
  void* const result = start(argument);
  // One that ends by pthread_exit is forgotten at the next look.
  UnfollowThisThread();
  return result;
}

// Threads without an origin are followed from their beginning too: those that are short would not be found.
bool NeedsBeginning(const Origin& origin) {
  return origin.IsKnown() || CpuSamplesMissing() == nullptr;
}

int CreateThread(pthread_t* thread, const pthread_attr_t* attributes, Start start, void* argument) {
  const Origin origin = OriginOfCaller();
  Beginning* const beginning =
      NeedsBeginning(origin) && start != nullptr ? TakeBeginning() : nullptr;
  if (beginning == nullptr) return real_create(thread, attributes, start, argument);
  beginning->origin = origin;
  beginning->start = start;
  beginning->argument = argument;
  const int error = real_create(thread, attributes, Begin, beginning);
  if (error != 0) GiveBack(beginning);
  return error;
}

}  // namespace

uint32_t FindThreadFunctions(ReboundFunction* functions) {
  real_create = reinterpret_cast<decltype(real_create)>(FindSymbol("pthread_create"));
  functions[0] = {"pthread_create", reinterpret_cast<void*>(real_create),
                  reinterpret_cast<void*>(CreateThread)};
  return real_create != nullptr ? 1 : 0;
}

}  // namespace stageprof_tracker
