// operators [throws]: checks that every operator new and delete is counted once, and that the
// exception of one that throws is passed on.
#include <new>

#include "check.h"

namespace {

constexpr std::align_val_t kAligned{64};
constexpr size_t kBytes = 1000;
volatile size_t huge = static_cast<size_t>(-1) / 4;

void Check(const char* what, void* (*make)(size_t), void (*release)(void*)) {
  const StageprofTrackerReading before = read_now();
  void* block = make(kBytes);
  const auto usable = static_cast<int64_t>(malloc_usable_size(block));
  check_change(what, &before, 1, usable, 0, 0);
  release(block);
  check_change(what, &before, 1, usable, 1, usable);
}

}  // namespace

int main(int count, char**) {
  open_tracker();
  Check(
      "new", [](size_t n) { return operator new(n); }, [](void* p) { operator delete(p); });
  Check(
      "new[]", [](size_t n) { return operator new[](n); }, [](void* p) { operator delete[](p); });
  Check(
      "sized", [](size_t n) { return operator new(n); },
      [](void* p) { operator delete(p, kBytes); });
  Check(
      "sized[]", [](size_t n) { return operator new[](n); },
      [](void* p) { operator delete[](p, kBytes); });
  Check(
      "nothrow", [](size_t n) { return operator new(n, std::nothrow); },
      [](void* p) { operator delete(p, std::nothrow); });
  Check(
      "nothrow[]", [](size_t n) { return operator new[](n, std::nothrow); },
      [](void* p) { operator delete[](p, std::nothrow); });
  Check(
      "aligned", [](size_t n) { return operator new(n, kAligned); },
      [](void* p) { operator delete(p, kAligned); });
  Check(
      "aligned[]", [](size_t n) { return operator new[](n, kAligned); },
      [](void* p) { operator delete[](p, kAligned); });
  Check(
      "aligned sized", [](size_t n) { return operator new(n, kAligned); },
      [](void* p) { operator delete(p, kBytes, kAligned); });
  Check(
      "aligned sized[]", [](size_t n) { return operator new[](n, kAligned); },
      [](void* p) { operator delete[](p, kBytes, kAligned); });
  Check(
      "aligned nothrow", [](size_t n) { return operator new(n, kAligned, std::nothrow); },
      [](void* p) { operator delete(p, kAligned, std::nothrow); });
  Check(
      "aligned nothrow[]", [](size_t n) { return operator new[](n, kAligned, std::nothrow); },
      [](void* p) { operator delete[](p, kAligned, std::nothrow); });

  const StageprofTrackerReading before = read_now();
  operator delete(nullptr);
  operator delete[](nullptr, kBytes);
  check_change("delete null", &before, 0, 0, 0, 0);
  const int64_t live = read_now().live_bytes;
  if (count == 2) {
    // libstdc++ allocates and frees the exception.
    void* block = operator new(huge, std::nothrow);
    say("%d\n", block == nullptr);
    check("live after failure", live, read_now().live_bytes);
  }
  if (count == 2) try {
      void* volatile never = operator new(huge);
      operator delete(never);
    } catch (const std::bad_alloc& error) {
      say("%s\n", error.what());
    }
  check("live after throw", live, read_now().live_bytes);
  int* object = new int[300];
  delete[] object;
  check("live after all", live, read_now().live_bytes);
  return 0;
}
