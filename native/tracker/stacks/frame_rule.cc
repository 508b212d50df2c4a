#include "frame_rule.h"

namespace stageprof_tracker {

namespace {

using Kind = Saved::Kind;

bool SetSlot(FrameRule* rule, int64_t offset) {
  const int64_t words = offset / kWordBytes;
  rule->slot = static_cast<int16_t>(words);
  return rule->slot == words && offset % kWordBytes == 0;
}

void SetBase(FrameRule* rule, const Saved& base) {
  if (base.kind == Kind::kSame) return;
  rule->base = FrameRule::Base::kLost;
  if (!SetSlot(rule, base.offset)) return;
  if (base.kind == Kind::kBelowCfa) rule->base = FrameRule::Base::kBelowCfa;
  if (base.kind == Kind::kBelowBase) rule->base = FrameRule::Base::kBelowBase;
}

// One slot has to do for both: it is the frame pointer's where the return address has a usual place.
bool SetReturn(FrameRule* rule, const Saved& base, const Saved& return_address) {
  if (return_address.kind == Kind::kSame) {
    rule->return_address = FrameRule::Return::kInLink;
    return true;
  }
  if (return_address.kind != Kind::kBelowCfa) return false;
  if (return_address.offset == -kWordBytes) return true;
  if (rule->base == FrameRule::Base::kBelowCfa &&
      return_address.offset == base.offset + kWordBytes) {
    rule->return_address = FrameRule::Return::kAboveBase;
    return true;
  }
  rule->return_address = FrameRule::Return::kInSlot;
  if (base.kind != Kind::kSame) rule->base = FrameRule::Base::kLost;
  return SetSlot(rule, return_address.offset);
}

}  // namespace

FrameRule MakeRule(FrameRule::Cfa cfa, int64_t offset, const Saved& base,
                   const Saved& return_address) {
  FrameRule rule;
  if (return_address.kind == Kind::kUndefined) {
    rule.cfa = FrameRule::Cfa::kOutermost;
    return rule;
  }
  rule.offset = static_cast<int32_t>(offset);
  if (rule.offset != offset) return rule;
  SetBase(&rule, base);
  if (SetReturn(&rule, base, return_address)) rule.cfa = cfa;
  return rule;
}

}  // namespace stageprof_tracker
