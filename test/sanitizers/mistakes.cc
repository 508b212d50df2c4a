// Makes one mistake on purpose, which an environment variable names. A sanitizer that does not find
// it is not at work, and a test that passes under it proves nothing. This file is built as a
// program and as a library.
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

namespace stageprof_mistakes {

// volatile, because the compiler would see an obvious mistake and remove it.
volatile int number = 1;
char* volatile block = nullptr;
int shared_number = 0;

void Overflow() {
  block = new char[100];
  block[99 + number] = 1;
}

void UseAfterFree() {
  block = new char[100];
  delete[] block;
  block[number] = 1;
}

void Undefined() {
  number = INT_MAX - 1 + number;
  number = number + 1;
}

void Leak() {
  block = new char[100];
  block = nullptr;
}

void* Increment(void*) {
  for (int i = 0; i < 1000; ++i) ++shared_number;
  return nullptr;
}

void Race() {
  pthread_t threads[2];
  for (pthread_t& thread : threads) pthread_create(&thread, nullptr, Increment, nullptr);
  for (pthread_t& thread : threads) pthread_join(thread, nullptr);
}

__attribute__((constructor)) void Make() {
  const char* mistake = getenv("STAGEPROF_MISTAKE");
  if (mistake == nullptr) return;
  if (strcmp(mistake, "overflow") == 0) Overflow();
  if (strcmp(mistake, "use after free") == 0) UseAfterFree();
  if (strcmp(mistake, "undefined") == 0) Undefined();
  if (strcmp(mistake, "leak") == 0) Leak();
  if (strcmp(mistake, "race") == 0) Race();
}

}  // namespace stageprof_mistakes

int main() {
  return 0;
}
