#ifndef STAGEPROF_SOURCES_EXTERNAL_STRINGS_H_
#define STAGEPROF_SOURCES_EXTERNAL_STRINGS_H_

#include "../support/time_budget.h"
#include "source.h"

namespace stageprof {

// The characters of one isolate's strings that are outside of its heap. Node has them made by
// malloc, for strings that it makes of more than a million bytes. V8 adds them to the same sum as
// Buffers, so only a look at each of these strings tells them apart. Node 24 and later do not
// export the function that goes through them.
class ExternalStrings {
 public:
  ExternalStrings(Reader reader, TimeBudget* budget) : account_(budget, MostShare(reader)) {}

  void Open(void* isolate);

  bool is_available() const { return visit_ != nullptr; }

  // On the isolate's thread, within a call from JS, since handles are made. `outside_bytes` is what
  // V8 counts outside of its heap and node does not count as Buffers. While it stays as it was, so
  // do the strings.
  void LookIfChanged(double outside_bytes) {
    if (visit_ == nullptr) return;
    const double change = outside_bytes - seen_outside_bytes_;
    if (change < kLeastChange && change > -kLeastChange) return;
    Look(outside_bytes);
  }

  // As of the last look.
  double bytes() const { return bytes_; }

 private:
  // Smaller growth is no finding.
  static constexpr double kLeastChange = 4 << 20;

  void Look(double outside_bytes);

  void* isolate_ = nullptr;
  void (*visit_)(void* isolate, void* visitor) = nullptr;
  int (*length_)(const void* string) = nullptr;
  bool (*is_one_byte_)(const void* string) = nullptr;
  TimeBudget::Account account_;
  double expected_ns_ = 0;
  double seen_outside_bytes_ = 0;
  double bytes_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_EXTERNAL_STRINGS_H_
