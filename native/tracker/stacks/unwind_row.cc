// The instructions are described in DWARF 5, section 6.4.
#include "unwind_row.h"

#include "machine.h"
#include "table_cursor.h"

namespace stageprof_tracker {

namespace {

struct Row {
  FrameRule::Cfa cfa = FrameRule::Cfa::kUnknown;
  int64_t offset = 0;
  uint8_t slot_words = 0;
  Saved base;
  Saved return_address = kReturnAtEntry;
};

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
  static constexpr uint8_t kRegisterAnd = 0x70;  // DW_OP_breg0
  static constexpr uint8_t kWordAt = 0x06;       // DW_OP_deref

  bool Run(TableCursor cursor) {
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

  bool RunExtended(uint8_t code, TableCursor* cursor) {
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
        return MeansNothing(code);
    }
  }

  int64_t TakeScaled(TableCursor* cursor) const {
    return static_cast<int64_t>(cursor->TakeUnsigned()) * description_.data_step;
  }

  void Advance(uint64_t bytes) { MoveTo(location_ + bytes); }

  void MoveTo(uintptr_t location) {
    location_ = location;
    is_past_ = location > pc_;
  }

  Saved* PlaceOf(uint64_t number, Row* row) const {
    if (number == kBaseRegister) return &row->base;
    return number == kReturnRegister ? &row->return_address : nullptr;
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

  static TableCursor TakeExpression(TableCursor* cursor) {
    const uint64_t bytes = cursor->TakeUnsigned();
    const uint8_t* const begin = cursor->at();
    cursor->Skip(bytes);
    return {begin, cursor->at()};
  }

  // Compilers, linkers and OpenSSL's assembly write three expressions: the word at the frame pointer + n,
  // in functions that align their stack; the word at the stack pointer + n, and what lies above it; and
  // that of the entries of a procedure linkage table.
  void DefineByExpression(TableCursor expression) {
    row_.cfa = FrameRule::Cfa::kUnknown;
    const auto first = expression.Take<uint8_t>();
    const int64_t offset = expression.TakeSigned();
    if (first == kRegisterAnd + kBaseRegister) {
      if (expression.Take<uint8_t>() != kWordAt || !expression.is_at_end()) return;
      row_.cfa = FrameRule::Cfa::kFromBaseSlot;
      row_.offset = offset;
    } else if (first == kRegisterAnd + kStackRegister && !expression.is_at_end()) {
      if (expression.Take<uint8_t>() == kWordAt) return DefineByStackSlot(offset, expression);
      row_.cfa = FrameRule::Cfa::kFromStack;
      row_.offset = offset + PushedByLinkageEntry(pc_);
    }
  }

  // Up to eight words above the one in the slot.
  void DefineByStackSlot(int64_t offset, TableCursor expression) {
    constexpr uint8_t kPlus = 0x23;  // DW_OP_plus_uconst
    constexpr uint64_t kMostWords = 8;
    if (expression.Take<uint8_t>() != kPlus) return;
    const uint64_t above = expression.TakeUnsigned();
    if (!expression.is_at_end() || above % kWordBytes != 0) return;
    if (above == 0 || above > kMostWords * kWordBytes) return;
    row_.cfa = FrameRule::Cfa::kFromStackSlot;
    row_.offset = offset;
    row_.slot_words = static_cast<uint8_t>(above / kWordBytes - 1);
  }

  void SaveByExpression(uint64_t number, TableCursor expression) {
    const bool is_base =
        number == kBaseRegister && expression.Take<uint8_t>() == kRegisterAnd + kBaseRegister;
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

}  // namespace

FrameRule ReadRow(const Description& description, uintptr_t pc) {
  RowReader reader(description, pc);
  if (!reader.Run()) return FrameRule();
  const Row& row = reader.row();
  FrameRule rule = MakeRule(row.cfa, row.offset, row.base, row.return_address);
  rule.slot_words = row.slot_words & 7;
  return rule;
}

}  // namespace stageprof_tracker
