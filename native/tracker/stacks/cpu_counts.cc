#include "cpu_counts.h"

#include <string.h>

#include "stack_tables.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

constexpr uint32_t kProbes = 128;

// What tells the rows apart. It is not 0.
uint64_t HashOf(uint32_t site, SiteFrame leaf, uint32_t name) {
  uint64_t hash = (uint64_t{site} << 32 | name) + UINT64_C(0x9E3779B97F4A7C15);
  hash = (hash ^ (hash >> 32)) * UINT64_C(0xFF51AFD7ED558CCD);
  hash = (hash ^ leaf ^ (hash >> 32)) * UINT64_C(0xC4CEB9FE1A85EC53);
  hash ^= hash >> 32;
  return hash | 1;
}

// The row of a sample, which is new or not. Null where there is no room. The handler of a signal may come
// between the claim of a row and what is written to it, and then counts in a row that is not finished.
CpuRow* FindRow(const TablesUse& tables, uint32_t site, SiteFrame leaf, uint32_t name) {
  const uint64_t hash = HashOf(site, leaf, name);
  for (uint32_t probe = 0; probe < kProbes; ++probe) {
    CpuRow& row = tables->cpu_rows[(hash + probe) % kMostCpuRows];
    uint64_t seen = row.hash.load(std::memory_order_acquire);
    if (seen == hash) return &row;
    if (seen != 0) continue;
    if (row.hash.compare_exchange_strong(seen, hash, std::memory_order_acq_rel)) {
      row.leaf = leaf;
      row.site = site;
      row.name = name;
      return &row;
    }
    if (seen == hash) return &row;
  }
  return nullptr;
}

// Without the digits at the end, and what stands between them and the rest.
uint32_t LengthOf(const char* name) {
  auto length = static_cast<uint32_t>(strlen(name));
  const uint32_t whole = length;
  while (length > 0 && name[length - 1] >= '0' && name[length - 1] <= '9') --length;
  if (length == whole) return whole;
  while (length > 0 && strchr("-_ #:/.", name[length - 1]) != nullptr) --length;
  return length > 0 ? length : whole;
}

}  // namespace

void NoteCpuRate(uint32_t hz) {
  const TablesUse tables;
  if (!tables) return;
  tables->cpu_hz.store(hz, kRelaxed);
  if (tables->cpu_names_taken.load(kRelaxed) != 0) return;
  tables->cpu_names_taken.store(kOtherCpuName + 1, kRelaxed);
  AddText(tables.operator->(), "(other)", 7, &tables->cpu_names[kOtherCpuName].name);
}

uint32_t FindCpuName(const char* name) {
  const TablesUse tables;
  if (!tables) return kOtherCpuName;
  const uint32_t length = LengthOf(name);
  const uint32_t taken = tables->cpu_names_taken.load(kRelaxed);
  const uint32_t count = taken < kMostCpuNames ? taken : kMostCpuNames;
  for (uint32_t at = 0; at < count; ++at) {
    const NotedText& text = tables->cpu_names[at].name;
    if (text.bytes.load(std::memory_order_acquire) == length &&
        memcmp(tables->texts + text.offset, name, length) == 0) {
      return at;
    }
  }
  // Two threads that meet a name at the same instant may each give it a row, and readers add them up.
  if (length == 0 || count == kMostCpuNames) return kOtherCpuName;
  const uint32_t made = tables->cpu_names_taken.fetch_add(1, kRelaxed);
  if (made >= kMostCpuNames) return kOtherCpuName;
  AddText(tables.operator->(), name, length, &tables->cpu_names[made].name);
  return made;
}

void CountCpu(uint32_t site, SiteFrame leaf, uint32_t name, uint64_t periods) {
  const TablesUse tables;
  if (!tables) return;
  CpuRow* row = FindRow(tables, site, leaf, name);
  if (row == nullptr) {
    tables->missed.fetch_add(1, kRelaxed);
    // What is left of it: by whom the function was called.
    row = FindRow(tables, site, 0, name);
  }
  if (row == nullptr) return;
  // Release: whoever reads that there are samples finds whose they are.
  row->periods.fetch_add(periods, std::memory_order_release);
  row->samples.fetch_add(1, std::memory_order_release);
}

void AddCpuTime(uint32_t name, uint64_t ns) {
  const TablesUse tables;
  if (tables) tables->cpu_names[name].cpu_ns.fetch_add(ns, kRelaxed);
}

}  // namespace stageprof_tracker
