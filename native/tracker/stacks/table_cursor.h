#ifndef STAGEPROF_TRACKER_STACKS_TABLE_CURSOR_H_
#define STAGEPROF_TRACKER_STACKS_TABLE_CURSOR_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace stageprof_tracker {

// Encodings of a pointer in an unwind table.
constexpr uint8_t kOmitted = 0xFF;
constexpr uint8_t kPcRelative = 0x10;
constexpr uint8_t kDataRelative = 0x30;

// Takes the numbers of an unwind table one after the other; zeros behind its end.
class TableCursor {
 public:
  TableCursor(const uint8_t* at, const uint8_t* end) : at_(at), end_(end) {}

  const uint8_t* at() const { return at_; }
  bool is_at_end() const { return at_ >= end_; }
  void Skip(uint64_t bytes) { at_ = bytes < Left() ? at_ + bytes : end_; }
  void SkipTo(const uint8_t* at) { at_ = at; }

  template <typename Value>
  Value Take() {
    Value value = 0;
    if (sizeof value > Left()) {
      at_ = end_;
      return value;
    }
    memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

  uint64_t TakeUnsigned() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = Take<uint8_t>();
      if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
  }

  int64_t TakeSigned() {
    uint64_t value = 0;
    for (int shift = 0;;) {
      const auto byte = Take<uint8_t>();
      if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      shift += 7;
      if ((byte & 0x80) != 0) continue;
      if (shift < 64 && (byte & 0x40) != 0) value |= ~uint64_t{0} << shift;
      return static_cast<int64_t>(value);
    }
  }

  // `data` is what kDataRelative is relative to.
  uintptr_t TakePointer(uint8_t encoding, uintptr_t data) {
    if (encoding == kOmitted) return 0;
    const auto here = reinterpret_cast<uintptr_t>(at_);
    const uintptr_t value = TakeEncoded(encoding & 0x0F);
    const uint8_t relation = encoding & 0x70;
    if (relation == kPcRelative) return here + value;
    return relation == kDataRelative ? data + value : value;
  }

  uintptr_t TakeEncoded(uint8_t format) {
    switch (format) {
      case 0x01:
        return TakeUnsigned();
      case 0x02:
        return Take<uint16_t>();
      case 0x03:
        return Take<uint32_t>();
      case 0x09:
        return static_cast<uintptr_t>(TakeSigned());
      case 0x0A:
        return static_cast<uintptr_t>(Take<int16_t>());
      case 0x0B:
        return static_cast<uintptr_t>(Take<int32_t>());
      default:
        return Take<uint64_t>();
    }
  }

 private:
  size_t Left() const { return static_cast<size_t>(end_ - at_); }

  const uint8_t* at_;
  const uint8_t* const end_;
};

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_TABLE_CURSOR_H_
