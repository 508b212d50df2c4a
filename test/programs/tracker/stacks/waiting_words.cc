// waiting_words: what threads that are woken take from those who wake them. It is compiled with the tracker's
// waiting_words.cc. Prints a line for each check: what, the expected value, the value found.
#include "stacks/waiting_words.h"

#include <stdio.h>

#include <thread>
#include <vector>

namespace stageprof_tracker {
namespace {
thread_local Run running;
}
Run CurrentRun() {
  return running;
}
}  // namespace stageprof_tracker

using namespace stageprof_tracker;

namespace {

int word;
int other;

void Check(const char* what, long expected, long found) {
  fprintf(stderr, "%s %ld %ld\n", what, expected, found);
}

uint32_t Wake(uint16_t run, uint32_t most = 1) {
  running = {run, static_cast<uint16_t>(run == 0 ? 0 : 1)};
  return Leave(&word, most);
}

void AreWaiting(int count) {
  for (int i = 0; i < count; ++i) Check("waits", 1, Wait(&word));
}

void Takes(const char* what, uint16_t run, bool is_woken = true) {
  Check(what, run, Take(&word, is_woken).number);
}

// Each thread wakes and waits as it likes. Nobody may be left who waits.
void Hammer() {
  std::vector<std::thread> threads;
  for (uint16_t number = 1; number <= 4; ++number) {
    threads.emplace_back([number] {
      for (int i = 0; i < 100000; ++i) {
        running = {number, 1};
        if (i % 3 == 0) {
          const uint32_t left = Leave(&word, 1 + i % 5);
          if (i % 2 == 0) Withdraw(&word, left);
        } else if (Wait(&word)) {
          Take(&word, i % 7 != 0);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main() {
  Check("nobody waits", 0, Wake(3));
  AreWaiting(1);
  Takes("what was left for nobody", 0);

  AreWaiting(1);
  Check("one waits", 1, Wake(3));
  Takes("from the one who woke it", 3);

  AreWaiting(2);
  Wake(3);
  Takes("the first of two", 3);
  Wake(4);
  Takes("the second of two", 4);

  AreWaiting(2);
  Wake(3);
  Wake(4);
  Takes("one of two that two have woken", 0);
  Takes("the other", 0);

  AreWaiting(2);
  Wake(3);
  Wake(0);
  Takes("one of two, where one waker is unknown", 0);
  Takes("the other of them", 0);

  AreWaiting(3);
  Check("all wait", 3, Wake(5, UINT32_MAX));
  for (int i = 0; i < 3; ++i) Takes("one of all", 5);

  AreWaiting(1);
  Wake(3);
  Takes("who gave up", 0, false);
  AreWaiting(1);
  Takes("after one who gave up", 0);

  AreWaiting(2);
  const uint32_t left = Wake(3, 2);
  Check("two wait", 2, left);
  Withdraw(&word, 1);
  Takes("the one that was woken", 3);
  Takes("the one that was not", 0);

  AreWaiting(1);
  running = {6, 1};
  Check("at another word", 0, Leave(&other, 1));
  Takes("woken at another word", 0);

  for (int i = 0; i < 255; ++i) Wait(&word);
  Check("more than there is room for", 0, Wait(&word));
  for (int i = 0; i < 255; ++i) Take(&word, false);
  Check("nobody is left", 0, Wake(3));

  Hammer();
  Check("nobody is left of many", 0, Wake(3));
  AreWaiting(1);
  Wake(7);
  Takes("after many", 7);
  return 0;
}
