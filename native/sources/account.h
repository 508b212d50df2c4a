#ifndef STAGEPROF_SOURCES_ACCOUNT_H_
#define STAGEPROF_SOURCES_ACCOUNT_H_

#include <stddef.h>

#include "sample_layout.h"

namespace stageprof {

// X(enumerator, name): who holds the resident set, in the order in which it crosses the boundary
// and stands in a recorder; src/model/sample-layout.ts has the same names. The cells are bytes, and
// instants in nanoseconds of CLOCK_MONOTONIC; NaN where a value is not known.
#define STAGEPROF_ACCOUNT(X)                                                               \
  X(kAccountRss, "rss_bytes")                                                              \
  X(kAccountJsHeap, "js_heap_bytes")            /* resident pages of the isolate's heap */ \
  X(kAccountWorkerHeaps, "worker_heap_bytes")   /* of the other isolates' heaps */         \
  X(kAccountLeavingHeaps, "leaving_heap_bytes") /* at most, of threads that just ended */  \
  X(kAccountBackingStores, "backing_store_bytes")                                          \
  X(kAccountStrings, "string_bytes") /* outside of the isolate's heap */                   \
  X(kAccountNativeLive, "native_live_bytes")                                               \
  X(kAccountAllocatorFree, "allocator_free_bytes")                                         \
  X(kAccountMapped, "mapped_bytes") /* resident part of what modules have mapped */        \
  X(kAccountFiles, "file_bytes")    /* pages of mapped files that are no code */           \
  X(kAccountCode, "code_bytes")                                                            \
  X(kAccountWasm, "wasm_bytes")                                                            \
  X(kAccountStacks, "stack_bytes")                                                         \
  X(kAccountShared, "shared_bytes")         /* memory that other processes may map */      \
  X(kAccountCountedAt, "counted_at_ns")     /* when the counters were read */              \
  X(kAccountAllocatorAt, "allocator_at_ns") /* when the allocator was asked */             \
  X(kAccountMappingsAt, "mappings_at_ns")   /* when the list of mappings was gone through */

enum AccountCell : size_t {
#define STAGEPROF_ENUMERATOR(enumerator, name) enumerator,
  STAGEPROF_ACCOUNT(STAGEPROF_ENUMERATOR)
#undef STAGEPROF_ENUMERATOR
      kAccountCount
};

// They are followed by `mapped_bytes` by module, in as many cells as a sample has for modules, and by
// the files with the most of `file_bytes`: the bytes of each, then the end of its path in UTF-8,
// which is copied as bytes, ends with a zero and is never read as a number.
constexpr size_t kAccountFileCount = 4;
constexpr size_t kFileNameCells = 8;
constexpr size_t kFileNameBytes = kFileNameCells * sizeof(double);
constexpr size_t kFileCells = 1 + kFileNameCells;
constexpr size_t kAccountFilesAt = kAccountCount + kModuleCells;
constexpr size_t kAccountLength = kAccountFilesAt + kAccountFileCount * kFileCells;

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_ACCOUNT_H_
