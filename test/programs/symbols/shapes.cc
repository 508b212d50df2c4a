#include <string>
#include <vector>

namespace shapes {

struct Point {
  int x;
  int y;
};

template <typename T>
struct Box {
  std::vector<T> corners;
  __attribute__((noinline)) int count(const std::string& name) const;
};

template <typename T>
int Box<T>::count(const std::string& name) const {
  return static_cast<int>(corners.size() + name.size());
}

template struct Box<Point>;

int area(Point from, Point to) {
  return (to.x - from.x) * (to.y - from.y);
}

namespace {
__attribute__((noinline, used)) int hidden(Point point) {
  return point.x * 3 + point.y;
}
}  // namespace

}  // namespace shapes

extern "C" int plain_c(int value) {
  return value * 7 + 1;
}
