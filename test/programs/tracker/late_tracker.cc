// late_tracker TRACKER: opens the addon's client when the tracker was loaded while threads ran.
#include <pthread.h>

#include "../../../native/sources/tracker_client.h"
#include "check.h"

namespace {

constexpr int kBlocks = 1000;

pthread_barrier_t turn;
void* blocks[kBlocks];

void* Work(void* argument) {
  for (void*& block : blocks) block = malloc(1500);
  pthread_barrier_wait(&turn);
  pthread_barrier_wait(&turn);
  for (void*& block : blocks) {
    free(block);
    block = malloc(3000);
  }
  return argument;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  pthread_t thread;
  pthread_barrier_init(&turn, nullptr, 2);
  if (pthread_create(&thread, nullptr, Work, nullptr) != 0) return 98;
  pthread_barrier_wait(&turn);
  if (dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL) == nullptr) say("%s\n", dlerror());
  stageprof::TrackerClient client;
  client.Open();
  say("%s\n", client.failure() ? client.failure().reason() : "counts");
  pthread_barrier_wait(&turn);
  pthread_join(thread, nullptr);
  for (void* block : blocks) free(block);
  return 0;
}
