// The tables are described in the Linux Standard Base Core Specification 5.0, chapter 10.6 (.eh_frame
// and .eh_frame_hdr), and in DWARF 5, section 6.4 (the instructions); the numbers of the registers
// are those of the System V ABI for x86-64, section 3.6.2.
#include "unwind_table.h"

#include <stddef.h>
#include <string.h>

namespace stageprof_tracker {

namespace {

constexpr uint64_t kBaseRegister = 6;
constexpr uint64_t kStackRegister = 7;
constexpr uint64_t kReturnAddress = 16;

// Encodings of a pointer.
constexpr uint8_t kOmitted = 0xFF;
constexpr uint8_t kPcRelative = 0x10;
constexpr uint8_t kDataRelative = 0x30;
constexpr uint8_t kSortedTable = kDataRelative | 0x0B;

class Cursor {
 public:
  Cursor(const uint8_t* at, const uint8_t* end) : at_(at), end_(end) {}

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

// The description of the function that has `pc`, or null. The table is sorted by the functions'
// first addresses, relative to the header.
const uint8_t* FindDescription(const uint8_t* header, uintptr_t pc) {
  constexpr size_t kFixedBytes = 4;
  if (header[0] != 1 || header[3] != kSortedTable) return nullptr;
  const auto data = reinterpret_cast<uintptr_t>(header);
  // Room for the two pointers, whatever their encoding.
  Cursor cursor(header + kFixedBytes, header + kFixedBytes + 32);
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

// How one register of the caller is found.
struct Saved {
  enum class Kind : uint8_t { kSame, kBelowCfa, kBelowBase, kUndefined, kOther };
  Kind kind = Kind::kSame;
  int64_t offset = 0;
};

struct Row {
  FrameRule::Cfa cfa = FrameRule::Cfa::kUnknown;
  int64_t offset = 0;
  uint8_t slot_words = 0;
  Saved base;
  Saved return_address = {Saved::Kind::kBelowCfa, -8};
};

// What the functions of one compilation unit have in common, and one of them.
struct Description {
  uint64_t code_step = 1;
  int64_t data_step = 1;
  uint8_t encoding = 0;
  bool is_of_signal = false;
  const uint8_t* common_begin = nullptr;
  const uint8_t* common_end = nullptr;
  uintptr_t function = 0;
  uintptr_t bytes = 0;
  const uint8_t* begin = nullptr;
  const uint8_t* end = nullptr;
};

constexpr uint32_t kLongFormat = 0xFFFFFFFF;

bool ReadCommon(const uint8_t* at, Description* found) {
  uint32_t length;
  memcpy(&length, at, sizeof length);
  if (length == 0 || length == kLongFormat) return false;
  const uint8_t* const end = at + sizeof length + length;
  constexpr size_t kHeadBytes = 9;  // length, a zero, version
  Cursor cursor(at + kHeadBytes, end);
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
  Cursor cursor(distance_at + sizeof distance, found->end);
  found->function = cursor.TakePointer(found->encoding, 0);
  found->bytes = cursor.TakeEncoded(found->encoding & 0x0F);
  // The data of a language, such as where exceptions are caught.
  cursor.Skip(cursor.TakeUnsigned());
  found->begin = cursor.at();
  return true;
}

// Runs the instructions of a description up to those of `pc`.
class RowReader {
 public:
  RowReader(const Description& description, uintptr_t pc)
      : description_(description), pc_(pc), location_(description.function) {}

  // False where an instruction is not known.
  bool Run() {
    if (!Run({description_.common_begin, description_.common_end})) return false;
    initial_ = row_;
    return Run({description_.begin, description_.end});
  }
  const Row& row() const { return row_; }

 private:
  static constexpr int kMostRemembered = 8;

  bool Run(Cursor cursor) {
    while (!cursor.is_at_end() && !is_past_) {
      const auto code = cursor.Take<uint8_t>();
      const uint8_t low = code & 0x3F;
      switch (code >> 6) {
        case 1:  // DW_CFA_advance_loc
          Advance(low * description_.code_step);
          break;
        case 2:  // DW_CFA_offset
          Save(low, Saved::Kind::kBelowCfa, TakeScaled(&cursor));
          break;
        case 3:  // DW_CFA_restore
          Restore(low);
          break;
        default:
          if (!RunExtended(code, &cursor)) return false;
      }
    }
    return true;
  }

  bool RunExtended(uint8_t code, Cursor* cursor) {
    switch (code) {
      case 0x00:  // DW_CFA_nop
        return true;
      case 0x01:  // DW_CFA_set_loc
        MoveTo(cursor->TakePointer(description_.encoding, 0));
        return true;
      case 0x02:  // DW_CFA_advance_loc1, 2, 4
        Advance(cursor->Take<uint8_t>() * description_.code_step);
        return true;
      case 0x03:
        Advance(cursor->Take<uint16_t>() * description_.code_step);
        return true;
      case 0x04:
        Advance(cursor->Take<uint32_t>() * description_.code_step);
        return true;
      case 0x05: {  // DW_CFA_offset_extended
        const uint64_t number = cursor->TakeUnsigned();
        Save(number, Saved::Kind::kBelowCfa, TakeScaled(cursor));
        return true;
      }
      case 0x06:  // DW_CFA_restore_extended
        Restore(cursor->TakeUnsigned());
        return true;
      case 0x07:  // DW_CFA_undefined
        Save(cursor->TakeUnsigned(), Saved::Kind::kUndefined, 0);
        return true;
      case 0x08:  // DW_CFA_same_value
        Save(cursor->TakeUnsigned(), Saved::Kind::kSame, 0);
        return true;
      case 0x09:  // DW_CFA_register
        Save(cursor->TakeUnsigned(), Saved::Kind::kOther, 0);
        cursor->TakeUnsigned();
        return true;
      case 0x0A:  // DW_CFA_remember_state
        if (remembered_count_ == kMostRemembered) return false;
        remembered_[remembered_count_++] = row_;
        return true;
      case 0x0B:  // DW_CFA_restore_state
        if (remembered_count_ == 0) return false;
        row_ = remembered_[--remembered_count_];
        return true;
      case 0x0C: {  // DW_CFA_def_cfa
        const uint64_t number = cursor->TakeUnsigned();
        Define(number, static_cast<int64_t>(cursor->TakeUnsigned()));
        return true;
      }
      case 0x0D:  // DW_CFA_def_cfa_register
        Define(cursor->TakeUnsigned(), row_.offset);
        return true;
      case 0x0E:  // DW_CFA_def_cfa_offset
        row_.offset = static_cast<int64_t>(cursor->TakeUnsigned());
        return true;
      case 0x0F:  // DW_CFA_def_cfa_expression
        DefineByExpression(TakeExpression(cursor));
        return true;
      case 0x10: {  // DW_CFA_expression
        const uint64_t number = cursor->TakeUnsigned();
        SaveByExpression(number, TakeExpression(cursor));
        return true;
      }
      case 0x11: {  // DW_CFA_offset_extended_sf
        const uint64_t number = cursor->TakeUnsigned();
        Save(number, Saved::Kind::kBelowCfa, cursor->TakeSigned() * description_.data_step);
        return true;
      }
      case 0x12: {  // DW_CFA_def_cfa_sf
        const uint64_t number = cursor->TakeUnsigned();
        Define(number, cursor->TakeSigned() * description_.data_step);
        return true;
      }
      case 0x13:  // DW_CFA_def_cfa_offset_sf
        row_.offset = cursor->TakeSigned() * description_.data_step;
        return true;
      case 0x16:  // DW_CFA_val_expression
        Save(cursor->TakeUnsigned(), Saved::Kind::kOther, 0);
        TakeExpression(cursor);
        return true;
      case 0x2E:  // DW_CFA_GNU_args_size
        cursor->TakeUnsigned();
        return true;
      default:
        return false;
    }
  }

  int64_t TakeScaled(Cursor* cursor) const {
    return static_cast<int64_t>(cursor->TakeUnsigned()) * description_.data_step;
  }

  void Advance(uint64_t bytes) { MoveTo(location_ + bytes); }

  void MoveTo(uintptr_t location) {
    location_ = location;
    is_past_ = location > pc_;
  }

  Saved* PlaceOf(uint64_t number, Row* row) const {
    if (number == kBaseRegister) return &row->base;
    return number == kReturnAddress ? &row->return_address : nullptr;
  }

  void Save(uint64_t number, Saved::Kind kind, int64_t offset) {
    Saved* const saved = PlaceOf(number, &row_);
    if (saved != nullptr) *saved = {kind, offset};
  }

  void Restore(uint64_t number) {
    Saved* const saved = PlaceOf(number, &row_);
    if (saved != nullptr) *saved = *PlaceOf(number, &initial_);
  }

  void Define(uint64_t number, int64_t offset) {
    row_.offset = offset;
    row_.cfa = number == kStackRegister  ? FrameRule::Cfa::kFromStack
               : number == kBaseRegister ? FrameRule::Cfa::kFromBase
                                         : FrameRule::Cfa::kUnknown;
  }

  static Cursor TakeExpression(Cursor* cursor) {
    const uint64_t bytes = cursor->TakeUnsigned();
    const uint8_t* const begin = cursor->at();
    cursor->Skip(bytes);
    return {begin, cursor->at()};
  }

  // Compilers, linkers and OpenSSL's assembly write three expressions: the word at rbp + n, in functions
  // that align their stack; the same at rsp + n, and what lies above it; and the entries of a procedure
  // linkage table, whose second instruction pushes a word.
  void DefineByExpression(Cursor expression) {
    constexpr uint8_t kBaseRegisterAnd = 0x70 + kBaseRegister;    // DW_OP_breg6
    constexpr uint8_t kStackRegisterAnd = 0x70 + kStackRegister;  // DW_OP_breg7
    constexpr uint8_t kCodeRegisterAnd = 0x70 + 16;               // DW_OP_breg16
    constexpr uint8_t kWordAt = 0x06;                             // DW_OP_deref
    row_.cfa = FrameRule::Cfa::kUnknown;
    const auto first = expression.Take<uint8_t>();
    const int64_t offset = expression.TakeSigned();
    if (first == kBaseRegisterAnd) {
      if (expression.Take<uint8_t>() != kWordAt || !expression.is_at_end()) return;
      row_.cfa = FrameRule::Cfa::kFromBaseSlot;
      row_.offset = offset;
    } else if (first == kStackRegisterAnd && !expression.is_at_end()) {
      const auto second = expression.Take<uint8_t>();
      if (second == kWordAt) return DefineByStackSlot(offset, expression);
      if (second != kCodeRegisterAnd) return;
      // An entry has 16 bytes; the push ends at 11.
      row_.cfa = FrameRule::Cfa::kFromStack;
      row_.offset = offset + ((pc_ & 15) >= 11 ? 8 : 0);
    }
  }

  // Up to eight words above the one in the slot.
  void DefineByStackSlot(int64_t offset, Cursor expression) {
    constexpr uint8_t kPlus = 0x23;  // DW_OP_plus_uconst
    if (expression.Take<uint8_t>() != kPlus) return;
    const uint64_t above = expression.TakeUnsigned();
    if (!expression.is_at_end() || above % 8 != 0 || above == 0 || above > 64) return;
    row_.cfa = FrameRule::Cfa::kFromStackSlot;
    row_.offset = offset;
    row_.slot_words = static_cast<uint8_t>(above / 8 - 1);
  }

  void SaveByExpression(uint64_t number, Cursor expression) {
    constexpr uint8_t kBaseRegisterAnd = 0x70 + kBaseRegister;
    const bool is_base = number == kBaseRegister && expression.Take<uint8_t>() == kBaseRegisterAnd;
    const int64_t offset = is_base ? expression.TakeSigned() : 0;
    if (is_base && expression.is_at_end()) return Save(number, Saved::Kind::kBelowBase, offset);
    Save(number, Saved::Kind::kOther, 0);
  }

  const Description& description_;
  const uintptr_t pc_;
  uintptr_t location_;
  bool is_past_ = false;
  Row row_;
  Row initial_;
  Row remembered_[kMostRemembered];
  int remembered_count_ = 0;
};

FrameRule RuleOf(const Row& row) {
  FrameRule rule;
  if (row.return_address.kind == Saved::Kind::kUndefined) {
    rule.cfa = FrameRule::Cfa::kOutermost;
    return rule;
  }
  rule.offset = static_cast<int32_t>(row.offset);
  const bool is_usual =
      row.return_address.kind == Saved::Kind::kBelowCfa && row.return_address.offset == -8;
  if (!is_usual || rule.offset != row.offset) return rule;
  rule.cfa = row.cfa;
  rule.slot_words = row.slot_words & 7;
  rule.base_offset = static_cast<int16_t>(row.base.offset);
  if (row.base.kind == Saved::Kind::kSame) return rule;
  rule.base = FrameRule::Base::kLost;
  if (rule.base_offset != row.base.offset) return rule;
  if (row.base.kind == Saved::Kind::kBelowCfa) rule.base = FrameRule::Base::kBelowCfa;
  if (row.base.kind == Saved::Kind::kBelowBase) rule.base = FrameRule::Base::kBelowBase;
  return rule;
}

}  // namespace

bool ReadUnwindTable(const uint8_t* header, uintptr_t pc, FrameRule* rule) {
  const uint8_t* const at = FindDescription(header, pc);
  Description description;
  if (at == nullptr || !ReadDescription(at, &description)) return false;
  if (pc < description.function || pc - description.function >= description.bytes) return false;
  *rule = FrameRule();
  // The kernel's frame of a signal: what it interrupted is not at a call.
  if (description.is_of_signal) return true;
  RowReader reader(description, pc);
  if (reader.Run()) *rule = RuleOf(reader.row());
  return true;
}

}  // namespace stageprof_tracker
