// The tables are described in the Linux Standard Base Core Specification 5.0, chapter 10.6 (.eh_frame
// and .eh_frame_hdr).
#include "unwind_table.h"

#include <stddef.h>
#include <string.h>

#include "table_cursor.h"
#include "unwind_row.h"

namespace stageprof_tracker {

namespace {

constexpr uint8_t kSortedTable = kDataRelative | 0x0B;

// The description of the function that has `pc`, or null. The table is sorted by the functions'
// first addresses, relative to the header.
const uint8_t* FindDescription(const uint8_t* header, uintptr_t pc) {
  constexpr size_t kFixedBytes = 4;
  if (header[0] != 1 || header[3] != kSortedTable) return nullptr;
  const auto data = reinterpret_cast<uintptr_t>(header);
  // Room for the two pointers, whatever their encoding.
  TableCursor cursor(header + kFixedBytes, header + kFixedBytes + 32);
  cursor.TakePointer(header[1], data);
  const uint64_t count = cursor.TakePointer(header[2], data);
  if (count == 0) return nullptr;
  struct Entry {
    int32_t function;
    int32_t description;
  };
  const auto entry = [table = cursor.at()](uint64_t index) {
    Entry found;
    memcpy(&found, table + index * sizeof found, sizeof found);
    return found;
  };
  const auto place = static_cast<int64_t>(pc - data);
  if (place < entry(0).function) return nullptr;
  uint64_t low = 0;
  uint64_t high = count;
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    (entry(middle).function <= place ? low : high) = middle;
  }
  return header + entry(low).description;
}

constexpr uint32_t kLongFormat = 0xFFFFFFFF;

bool ReadCommon(const uint8_t* at, Description* found) {
  uint32_t length;
  memcpy(&length, at, sizeof length);
  if (length == 0 || length == kLongFormat) return false;
  const uint8_t* const end = at + sizeof length + length;
  constexpr size_t kHeadBytes = 9;  // length, a zero, version
  TableCursor cursor(at + kHeadBytes, end);
  const char* const augmentation = reinterpret_cast<const char*>(cursor.at());
  cursor.Skip(strnlen(augmentation, static_cast<size_t>(end - cursor.at())) + 1);
  found->code_step = cursor.TakeUnsigned();
  found->data_step = cursor.TakeSigned();
  cursor.TakeUnsigned();  // the column of the return address
  found->common_end = end;
  if (augmentation[0] != 'z') {
    found->common_begin = cursor.at();
    return augmentation[0] == '\0';
  }
  const uint64_t bytes = cursor.TakeUnsigned();
  found->common_begin = cursor.at() + bytes;
  for (const char* letter = augmentation + 1; *letter != '\0'; ++letter) {
    if (*letter == 'R') found->encoding = cursor.Take<uint8_t>();
    if (*letter == 'L') cursor.Skip(1);
    if (*letter == 'P') {
      const auto encoding = cursor.Take<uint8_t>();
      cursor.TakePointer(encoding, 0);
    }
    if (*letter == 'S') found->is_of_signal = true;
  }
  return true;
}

bool ReadDescription(const uint8_t* at, Description* found) {
  uint32_t length;
  memcpy(&length, at, sizeof length);
  if (length == 0 || length == kLongFormat) return false;
  found->end = at + sizeof length + length;
  const uint8_t* const distance_at = at + sizeof length;
  uint32_t distance;
  memcpy(&distance, distance_at, sizeof distance);
  if (distance == 0 || !ReadCommon(distance_at - distance, found)) return false;
  TableCursor cursor(distance_at + sizeof distance, found->end);
  found->function = cursor.TakePointer(found->encoding, 0);
  found->bytes = cursor.TakeEncoded(found->encoding & 0x0F);
  // The data of a language, such as where exceptions are caught.
  cursor.Skip(cursor.TakeUnsigned());
  found->begin = cursor.at();
  return true;
}

}  // namespace

bool ReadUnwindTable(const uint8_t* header, uintptr_t pc, FrameRule* rule) {
  const uint8_t* const at = FindDescription(header, pc);
  Description description;
  if (at == nullptr || !ReadDescription(at, &description)) return false;
  if (pc < description.function || pc - description.function >= description.bytes) return false;
  // The kernel's frame of a signal: what it interrupted is not at a call.
  *rule = description.is_of_signal ? FrameRule() : ReadRow(description, pc);
  return true;
}

}  // namespace stageprof_tracker
