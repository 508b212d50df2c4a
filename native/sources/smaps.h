#ifndef STAGEPROF_SOURCES_SMAPS_H_
#define STAGEPROF_SOURCES_SMAPS_H_

#include "account.h"

namespace stageprof {

// What a process has resident besides its heaps, in bytes.
struct MappingTotals {
  // Code and data of the program and its shared objects: files of which some part may be executed.
  double code_bytes;
  // Other files that it has mapped.
  double file_bytes;
  // Memory that other processes may map too: /dev/shm, memfd, System V, anonymous shared memory.
  double shared_bytes;
  // Memories of WebAssembly: memory right below some GiB without access, which V8 reserves so that
  // an index of 32 bits cannot leave a memory. No other code is known to.
  double wasm_bytes;
  // Stacks of all threads that wait. The kernel does not tell the stack pointer of a thread that
  // runs.
  double stack_bytes;

  // The files with the most of `file_bytes`, in no order; the name is the end of the path.
  struct File {
    double bytes;
    char name[kFileNameBytes];
  };
  File files[kAccountFileCount];
};

// Adds up /proc/self/smaps. This costs 2 ms in a small process, and more with its memory and
// mappings. It allocates nothing and needs 52 KiB of stack. False where /proc cannot be read.
bool ReadMappings(MappingTotals* found);

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_SMAPS_H_
