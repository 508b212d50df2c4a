#include "live_blocks.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// The addresses of one bucket fill a cache line, so a search reads one line in each table. A block
// whose bucket is full goes to the next table, which has four times as many buckets. The last one is
// small: it takes what chance has sent to full buckets of the one before. Nothing ever moves, so no
// search can miss a block that another thread is moving. At one sample in 512 KiB the first table is
// enough for 1 GiB of live blocks. All of them have a place for each of 1,000,000 samples, which is
// 500 GiB, and for 99 % of 1,250,000.
constexpr uint32_t kWays = 8;
constexpr uint32_t kTables = 6;
constexpr uint32_t kBuckets[kTables] = {512, 2048, 8192, 32768, 131072, 8192};
constexpr uint32_t BucketsIn(uint32_t table) {
  return kBuckets[table];
}

struct alignas(64) Bucket {
  // 0 where free. The thread that puts an address there owns the block beside it until it has handed
  // the address out; after that, the thread that frees the address does.
  std::atomic<uintptr_t> addresses[kWays];
  SampledBlock blocks[kWays];
};

std::atomic<Bucket*> tables[kTables];
std::atomic<uint64_t> blocks_missed{0};

// Zeros from the kernel. Pages of buckets that were never used take no memory.
Bucket* MapTable(uint32_t table) {
  const size_t bytes = BucketsIn(table) * sizeof(Bucket);
  const int error = errno;
  const long mapped = syscall(SYS_mmap, nullptr, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == -1) {
    errno = error;
    return nullptr;
  }
  auto* made = reinterpret_cast<Bucket*>(mapped);
  Bucket* seen = nullptr;
  if (!tables[table].compare_exchange_strong(seen, made, std::memory_order_acq_rel)) {
    syscall(SYS_munmap, made, bytes);
    made = seen;
  }
  errno = error;
  return made;
}

Bucket& BucketOf(Bucket* table, uint32_t number, uint64_t hash) {
  // Other bits than those of the filter, or all that share a cell would share a bucket. And the last
  // table has other bits than those before, or what shared a full bucket would share the next one too.
  return table[(hash >> (number == kTables - 1 ? 38 : 21)) % BucketsIn(number)];
}

std::atomic<uint8_t>& FilterCell(uint64_t hash) {
  return block_filter[hash >> (64 - kFilterBits)];
}

void Change(std::atomic<uint8_t>* cell, int by) {
  uint8_t count = cell->load(kRelaxed);
  while (count != UINT8_MAX &&
         !cell->compare_exchange_weak(count, static_cast<uint8_t>(count + by), kRelaxed)) {
  }
}

// A visitor may read the block meanwhile, so nothing of it is written in pieces.
void Write(SampledBlock* to, const SampledBlock& from) {
  __atomic_store_n(&to->weight, from.weight, __ATOMIC_RELAXED);
  __atomic_store_n(&to->blocks, from.blocks, __ATOMIC_RELAXED);
  __atomic_store_n(&to->module, from.module, __ATOMIC_RELAXED);
  __atomic_store_n(&to->site, from.site, __ATOMIC_RELAXED);
  __atomic_store_n(&to->birth, from.birth, __ATOMIC_RELAXED);
}

SampledBlock CopyOf(const SampledBlock& block) {
  return {__atomic_load_n(&block.weight, __ATOMIC_RELAXED),
          __atomic_load_n(&block.blocks, __ATOMIC_RELAXED),
          __atomic_load_n(&block.module, __ATOMIC_RELAXED),
          __atomic_load_n(&block.site, __ATOMIC_RELAXED),
          __atomic_load_n(&block.birth, __ATOMIC_RELAXED)};
}

}  // namespace

std::atomic<uint8_t> block_filter[1u << kFilterBits];

bool PutSampled(const void* block, const SampledBlock& sampled) {
  const uint64_t hash = HashOfBlock(block);
  for (uint32_t number = 0; number < kTables; ++number) {
    Bucket* table = tables[number].load(std::memory_order_acquire);
    if (table == nullptr) table = MapTable(number);
    if (table == nullptr) break;
    Bucket& bucket = BucketOf(table, number, hash);
    for (uint32_t way = 0; way < kWays; ++way) {
      uintptr_t free = bucket.addresses[way].load(kRelaxed);
      if (free != 0) continue;
      // Acquires that the last owner has read what it took.
      if (!bucket.addresses[way].compare_exchange_strong(free, reinterpret_cast<uintptr_t>(block),
                                                         std::memory_order_acquire, kRelaxed)) {
        continue;
      }
      Write(&bucket.blocks[way], sampled);
      Change(&FilterCell(hash), 1);
      return true;
    }
  }
  blocks_missed.fetch_add(1, kRelaxed);
  return false;
}

bool TakeSampled(const void* block, SampledBlock* sampled) {
  const uint64_t hash = HashOfBlock(block);
  for (uint32_t number = 0; number < kTables; ++number) {
    Bucket* const table = tables[number].load(std::memory_order_acquire);
    if (table == nullptr) return false;
    Bucket& bucket = BucketOf(table, number, hash);
    for (uint32_t way = 0; way < kWays; ++way) {
      if (bucket.addresses[way].load(kRelaxed) != reinterpret_cast<uintptr_t>(block)) continue;
      *sampled = bucket.blocks[way];
      bucket.addresses[way].store(0, std::memory_order_release);
      Change(&FilterCell(hash), -1);
      return true;
    }
  }
  return false;
}

void VisitSampled(void (*visit)(const SampledBlock& sampled, void* data), void* data) {
  for (uint32_t number = 0; number < kTables; ++number) {
    Bucket* const table = tables[number].load(std::memory_order_acquire);
    for (uint32_t index = 0; table != nullptr && index < BucketsIn(number); ++index) {
      const Bucket& bucket = table[index];
      for (uint32_t way = 0; way < kWays; ++way) {
        if (bucket.addresses[way].load(std::memory_order_acquire) != 0) {
          visit(CopyOf(bucket.blocks[way]), data);
        }
      }
    }
  }
}

void ForgetAllSampled() {
  for (uint32_t number = 0; number < kTables; ++number) {
    Bucket* const table = tables[number].load(std::memory_order_acquire);
    for (uint32_t index = 0; table != nullptr && index < BucketsIn(number); ++index) {
      for (auto& address : table[index].addresses) address.store(0, kRelaxed);
    }
  }
  for (auto& cell : block_filter) cell.store(0, kRelaxed);
}

LiveBlocks ReadLiveBlocks() {
  LiveBlocks live = {blocks_missed.load(kRelaxed), sizeof block_filter};
  for (uint32_t number = 0; number < kTables; ++number) {
    if (tables[number].load(kRelaxed) != nullptr) {
      live.mapped_bytes += BucketsIn(number) * sizeof(Bucket);
    }
  }
  return live;
}

}  // namespace stageprof_tracker
