// timeline CAPACITY < resident sets: adds a point for each number of stdin, a word `-` for one that was not read, and
// prints the points that are kept: number of the reading, resident set. The last line has the width.
#include "../../../native/recorder/timeline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int, char** arguments) {
  using namespace stageprof;
  const size_t capacity = static_cast<size_t>(atoi(arguments[1]));
  // One point more, to see that nothing is written behind the end.
  double* points = static_cast<double*>(calloc((capacity + 1) * kTimelineLength, sizeof(double)));
  double count = 0;
  double width = 0;
  Timeline timeline;
  timeline.Open(points, capacity, &count, &width);
  char word[64];
  double number = 0;
  while (scanf("%63s", word) == 1) {
    double point[kTimelineLength];
    for (double& cell : point) cell = number;
    point[kTimelineWall] = ++number;
    point[kTimelineAccount + kAccountRss] = strcmp(word, "-") == 0 ? NAN : atof(word);
    timeline.Add(point);
    if (count > capacity) return 1;
    for (size_t cell = 0; cell < kTimelineLength; ++cell) {
      if (points[capacity * kTimelineLength + cell] != 0) return 2;
    }
  }
  for (size_t index = 0; index < count; ++index) {
    const double* point = points + index * kTimelineLength;
    // All other cells are those of the same reading.
    if (point[kTimelineLength - 1] != point[kTimelineWall] - 1) return 3;
    printf("%.0f %.0f\n", point[kTimelineWall], point[kTimelineAccount + kAccountRss]);
  }
  printf("width %.0f\n", width);
  return 0;
}
