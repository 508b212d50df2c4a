// malloc_loop TRACKER [ROUNDS]: what the tracker adds to one malloc and its free, in nanoseconds.
// Starts itself again for every trial, plain, tracked, and tracked by module in turn, so that what
// the machine does meanwhile meets all three alike; the least of each is compared.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { kSizes = 4, kKinds = 3, kPairs = 2000000 };
static const size_t sizes[kSizes] = {16, 200, 1000, 16000};
static const char* const kinds[kKinds] = {"plain", "tracked", "by module"};

static double now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double pair_ns(size_t bytes) {
  const double began = now_ns();
  for (int i = 0; i < kPairs; ++i) {
    // volatile: the compiler may drop a malloc that only meets its free.
    void* volatile block = malloc(bytes);
    free(block);
  }
  return (now_ns() - began) / kPairs;
}

static int run_trial(const char* self, const char* tracker, int kind, double ns[kSizes]) {
  char command[4096];
  const char* preload = kind == 0 ? "" : tracker;
  snprintf(command, sizeof command, "LD_PRELOAD='%s' STAGEPROF_TRACK_MODULES=%d '%s'", preload,
           kind == 2, self);
  FILE* trial = popen(command, "r");
  if (trial == NULL) return 0;
  int read = 0;
  for (int i = 0; i < kSizes; ++i) read += fscanf(trial, "%lf", &ns[i]);
  return pclose(trial) == 0 && read == kSizes;
}

int main(int count, char** arguments) {
  if (count < 2) {
    pair_ns(1000);
    for (int i = 0; i < kSizes; ++i) printf("%.3f\n", pair_ns(sizes[i]));
    return 0;
  }
  char self[4096] = "";
  if (readlink("/proc/self/exe", self, sizeof self - 1) <= 0) return 1;
  const int rounds = count > 2 ? atoi(arguments[2]) : 10;
  double least[kKinds][kSizes];
  for (int round = 0; round < rounds; ++round) {
    for (int kind = 0; kind < kKinds; ++kind) {
      double ns[kSizes];
      if (!run_trial(self, arguments[1], kind, ns)) return 1;
      for (int i = 0; i < kSizes; ++i) {
        if (round == 0 || ns[i] < least[kind][i]) least[kind][i] = ns[i];
      }
    }
  }
  for (int i = 0; i < kSizes; ++i) {
    printf("%6zu bytes:", sizes[i]);
    for (int kind = 0; kind < kKinds; ++kind) {
      printf("  %s %.1f ns", kinds[kind], least[kind][i]);
      if (kind > 0)
        printf(" (+%.1f, x%.2f)", least[kind][i] - least[0][i], least[kind][i] / least[0][i]);
    }
    printf("\n");
  }
  return 0;
}
