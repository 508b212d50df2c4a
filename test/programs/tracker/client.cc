// Checks what the addon's client reads from the tracker, or says when it finds none.
#include <math.h>
#include <sys/mman.h>

#include "../../../native/sources/resident.h"
#include "../../../native/sources/sample_layout.h"
#include "../../../native/sources/tracker_client.h"
#include "check.h"

namespace {

// Makes code that calls its seventh argument from memory that belongs to no module, as code made at
// run time does. The call is no tail call, because the address that it returns to must be in that
// memory.
using MapBy = void* (*)(void*, size_t, int, int, int, off_t, void*);
MapBy MakeCode() {
#ifdef __x86_64__
  static constexpr unsigned char kCode[] = {0x48, 0x8b, 0x44, 0x24, 0x08,   // mov rax, [rsp + 8]
                                            0x48, 0x83, 0xec, 0x08,         // sub rsp, 8
                                            0xff, 0xd0,                     // call rax
                                            0x48, 0x83, 0xc4, 0x08, 0xc3};  // add rsp, 8; ret
#else
  static constexpr uint32_t kCode[] = {0xa9bf7bfd, 0xd63f00c0,   // stp x29, x30, [sp, -16]!; blr x6
                                       0xa8c17bfd, 0xd65f03c0};  // ldp x29, x30, [sp], 16; ret
#endif
  void* code =
      mmap(nullptr, sizeof kCode, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(code, kCode, sizeof kCode);
  mprotect(code, sizeof kCode, PROT_READ | PROT_EXEC);
  __builtin___clear_cache(static_cast<char*>(code), static_cast<char*>(code) + sizeof kCode);
  return reinterpret_cast<MapBy>(code);
}

double ReadMappedBytes(stageprof::TrackerClient* client) {
  double cells[stageprof::kModuleCells];
  double count;
  return client->ReadModules(cells, &count);
}

// The tracker does not follow the mappings of the program itself, so none of them is looked up. A
// hole in a mapping hides the 16 pages around it and no others.
void CheckResident(stageprof::TrackerClient* client) {
  stageprof::TrackerClient::Module module;
  check("unknown is the first", 1, client->ReadModule(0, &module));
  double modules[stageprof::kModuleCells];
  const double bytes = client->ReadResidentModules(modules);
  double sum = 0;
  for (const double module_bytes : modules) sum += module_bytes;
  check("by module and in all", static_cast<int64_t>(bytes), static_cast<int64_t>(sum));

  constexpr size_t kPages = 64;
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  auto* start = static_cast<char*>(mmap(nullptr, kPages * page, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
  munmap(start + 20 * page, page);
  check("beside a hole", static_cast<int64_t>(48 * page),
        static_cast<int64_t>(
            stageprof::ResidentBytes(reinterpret_cast<uintptr_t>(start), kPages * page)));
}

// There is no V8 in this program, so no module is Node's, and what unknown code maps is counted.
void CheckUnknownCode(stageprof::TrackerClient* client) {
  constexpr size_t kBytes = 1 << 20;
  const MapBy map = MakeCode();
  const double before = ReadMappedBytes(client);
  map(nullptr, kBytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
      reinterpret_cast<void*>(mmap));
  check("mapped by unknown code", kBytes, static_cast<int64_t>(ReadMappedBytes(client) - before));
  check("nothing missed", 0, static_cast<int64_t>(client->ReadMissed().mappings));
  // Neighbours differ in their access, so each mapping needs a slot of its own. There are 8192.
  for (int i = 0; i < 9000; ++i) {
    map(nullptr, 4096, i % 2 == 0 ? PROT_NONE : PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
        reinterpret_cast<void*>(mmap));
  }
  check("missed", 1, client->ReadMissed().mappings >= 9000 - 8192);
  CheckResident(client);
  check("no module missed", 0, static_cast<int64_t>(client->ReadMissed().modules));
}

}  // namespace

int main() {
  stageprof::TrackerClient client;
  client.Open();
  open_tracker();
  if (client.failure()) {
    say("%s\n", client.failure().reason());
    return 0;
  }
  const int32_t a = client.OpenWindow();
  const int32_t b = client.OpenWindow();
  stageprof::TrackerClient::Reading before;
  stageprof::TrackerClient::Reading now;
  client.Read(a, &before);
  void* block = malloc(3000000);
  const auto bytes = static_cast<int64_t>(malloc_usable_size(block));
  client.Read(b, &now);
  check("live", bytes, static_cast<int64_t>(now.live_bytes - before.live_bytes));
  check("allocated", bytes, static_cast<int64_t>(now.allocated_bytes - before.allocated_bytes));
  check("blocks", 1, static_cast<int64_t>(now.allocated_blocks - before.allocated_blocks));
  check("own", bytes,
        static_cast<int64_t>(now.thread_allocated_bytes - before.thread_allocated_bytes));
  check("own blocks", 1,
        static_cast<int64_t>(now.thread_allocated_blocks - before.thread_allocated_blocks));
  free(block);
  client.Read(a, &now);
  check("peak", bytes, static_cast<int64_t>(now.peak_bytes - before.live_bytes));
  check("gone", 0, static_cast<int64_t>(now.live_bytes - before.live_bytes));
  client.Read(STAGEPROF_TRACKER_NO_WINDOW, &now);
  check("no peak without a window", 1, isnan(now.peak_bytes));

  // This spike is below a batch, so only this thread has counted it. Afterwards live bytes are
  // exact.
  client.Read(a, &before);
  block = malloc(30000);
  const auto spike = static_cast<int64_t>(malloc_usable_size(block));
  free(block);
  client.Read(a, &now);
  check("the spike is over", 0, static_cast<int64_t>(now.live_bytes - before.live_bytes));
  const auto missing = spike - static_cast<int64_t>(now.peak_bytes - before.live_bytes);
  const auto bound = static_cast<int64_t>(client.BoundBytes());
  check("a spike of 30,000 bytes is within the bound", 1, missing <= bound);
  check("a bound of one thread's batch", static_cast<int64_t>(tracker->batch_bytes), bound);
  CheckUnknownCode(&client);
  client.CloseWindow(a);
  client.CloseWindow(b);
  say("counts\n");
  return 0;
}
