#include "mapped_parts.h"

#include <string.h>

#include "../support/clocks.h"
#include "account.h"
#include "smaps.h"

namespace stageprof {

void MappedParts::Read(Look look, TrackerClient* tracker, double* account) {
  const double rss_bytes = account[kAccountRss];
  if (MayLook(look, rss_bytes)) {
    // The thread's own clock: with the wall clock, each wait for a CPU on a busy machine would
    // count as cost, and one long wait would put off the next look for minutes.
    const double began_ns = ReadClockNs(CLOCK_THREAD_CPUTIME_ID);
    ReadAnew(tracker);
    cost_ns_ = ReadClockNs(CLOCK_THREAD_CPUTIME_ID) - began_ns;
    budget_.Spend(cost_ns_);
    change_budget_.Spend(cost_ns_);
    rss_bytes_ = rss_bytes;
  }
  account[kAccountMapped] = mapped_bytes_;
  account[kAccountFiles] = file_bytes_;
  account[kAccountStacks] = stack_bytes_;
  account[kAccountMappingsAt] = at_ns_;
  memcpy(account + kAccountCount, modules_, sizeof modules_);
}

bool MappedParts::MayLook(Look look, double rss_bytes) {
  if (look == Look::kNever) return false;
  // Both are asked each time, because only then do they earn credit.
  const bool is_due = budget_.Begin(cost_ns_);
  const bool has_credit = change_budget_.Begin(cost_ns_);
  if (is_due || (has_credit && fabs(rss_bytes - rss_bytes_) >= kChangeBytes)) return true;
  return look == Look::kIfShort && cost_ns_ < TimeBudget::kShortNs;
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
