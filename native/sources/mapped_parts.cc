#include "mapped_parts.h"

#include <string.h>

#include "../support/clocks.h"
#include "../support/larger.h"
#include "account.h"

namespace stageprof {

void MappedParts::Read(Look look, TrackerClient* tracker, double* account) {
  ReadIfAllowed(look, tracker, account);
  WriteParts(account);
}

void MappedParts::Raise(Look look, TrackerClient* tracker, double* account) {
  double now[kAccountLength];
  memcpy(now, account, sizeof now);
  ReadIfAllowed(look, tracker, now);
  WriteParts(now);
  constexpr AccountCell kParts[] = {kAccountCode, kAccountShared, kAccountWasm, kAccountStacks};
  for (const AccountCell part : kParts) account[part] = Larger(account[part], now[part]);
  // These have a table of the largest, which goes with the sum.
  if (!(account[kAccountMapped] >= now[kAccountMapped])) {
    account[kAccountMapped] = now[kAccountMapped];
    memcpy(account + kAccountCount, now + kAccountCount, sizeof modules_);
  }
  if (!(account[kAccountFiles] >= now[kAccountFiles])) {
    account[kAccountFiles] = now[kAccountFiles];
    memcpy(account + kAccountFilesAt, now + kAccountFilesAt, sizeof files_.files);
  }
  account[kAccountMappingsAt] = now[kAccountMappingsAt];
}

void MappedParts::WriteParts(double* account) const {
  account[kAccountMapped] = mapped_bytes_;
  account[kAccountFiles] = files_.file_bytes;
  account[kAccountCode] = files_.code_bytes;
  account[kAccountShared] = files_.shared_bytes;
  account[kAccountWasm] = files_.wasm_bytes;
  account[kAccountStacks] = files_.stack_bytes;
  account[kAccountMappingsAt] = at_ns_;
  memcpy(account + kAccountCount, modules_, sizeof modules_);
  static_assert(sizeof files_.files == kAccountFileCount * kFileCells * sizeof(double),
                "the files have to fill their cells");
  memcpy(account + kAccountFilesAt, files_.files, sizeof files_.files);
}

void MappedParts::ReadIfAllowed(Look look, TrackerClient* tracker, const double* account) {
  const double rss_bytes = account[kAccountRss];
  if (!MayLook(look, rss_bytes)) return;
  // The thread's own clock: with the wall clock, each wait for a CPU on a busy machine would count
  // as cost, and one long wait would put off the next look for minutes.
  const double began_ns = ReadClockNs(CLOCK_THREAD_CPUTIME_ID);
  ReadAnew(tracker);
  cost_ns_ = ReadClockNs(CLOCK_THREAD_CPUTIME_ID) - began_ns;
  account_.Spend(cost_ns_);
  change_account_.Spend(cost_ns_);
  rss_bytes_ = rss_bytes;
}

bool MappedParts::MayLook(Look look, double rss_bytes) {
  if (look == Look::kNever) return false;
  if (account_.Begin(cost_ns_)) return true;
  const bool has_changed = fabs(rss_bytes - rss_bytes_) >= kChangeBytes;
  if (has_changed && change_account_.Begin(cost_ns_)) return true;
  return look == Look::kIfShort && cost_ns_ < TimeBudget::kShortNs;
}

void MappedParts::ReadAnew(TrackerClient* tracker) {
  if (!ReadMappings(&files_)) {
    failure_.SetFromErrno("read", "/proc/self/smaps");
    files_ = kUnknown;
  }
  mapped_bytes_ = tracker->failure() ? NAN : tracker->ReadResidentModules(modules_);
  at_ns_ = ReadWallNs();
}

}  // namespace stageprof
