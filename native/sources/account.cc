#include "account.h"

#include <string.h>

#include "../support/clocks.h"
#include "smaps.h"

namespace stageprof {

void MappedParts::Read(Look look, TrackerClient* tracker, double* account) {
  if (MayLook(look)) {
    ReadAnew(tracker);
    cost_ns_ = budget_.End();
  }
  account[kAccountMapped] = mapped_bytes_;
  account[kAccountFiles] = file_bytes_;
  account[kAccountStacks] = stack_bytes_;
  account[kAccountMappingsAt] = at_ns_;
  memcpy(account + kAccountCount, modules_, sizeof modules_);
}

bool MappedParts::MayLook(Look look) {
  if (look == Look::kNever) return false;
  return budget_.Begin(cost_ns_) || (look == Look::kIfShort && cost_ns_ < kShortNs);
}

void MappedParts::ReadAnew(TrackerClient* tracker) {
  CodeAndStacks found = {NAN, NAN};
  if (!ReadCodeAndStacks(&found)) {
    failure_.SetFromErrno("read", "/proc/self/smaps");
    found = {NAN, NAN};
  }
  file_bytes_ = found.file_bytes;
  stack_bytes_ = found.stack_bytes;
  mapped_bytes_ = tracker->failure() ? NAN : tracker->ReadResidentModules(modules_);
  at_ns_ = ReadWallNs();
}

}  // namespace stageprof
