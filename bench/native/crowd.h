#ifndef BENCH_CROWD_H_
#define BENCH_CROWD_H_

#include <stdint.h>

namespace bench {

// Makes that many mappings of four pages, which the kernel cannot join: every other one may be
// written to, and has one page. Returns how many there are.
uint32_t MakeMappings(uint32_t count);

// Starts a thread named kWakingThread that does nothing but wake ten times a second: what any such
// thread costs on this machine. Returns false where it cannot be made.
constexpr const char* kWakingThread = "bench-waking";
bool StartWakingThread();

// Starts that many threads that wait for ever. Returns false where not all can be made.
bool StartIdleThreads(uint32_t count);

}  // namespace bench

#endif  // BENCH_CROWD_H_
