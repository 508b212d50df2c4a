#ifndef STAGEPROF_SOURCES_SMAPS_H_
#define STAGEPROF_SOURCES_SMAPS_H_

namespace stageprof {

// What a process has resident besides its heaps, in bytes.
struct CodeAndStacks {
  // Code and data of the program and its shared objects, and other files that it has mapped.
  double file_bytes;
  // Stacks of all threads that wait. The kernel does not tell the stack pointer of a thread that
  // runs.
  double stack_bytes;
};

// Adds up /proc/self/smaps. This costs 2 ms in a small process, and more with its memory and
// mappings. It allocates nothing and needs 48 KiB of stack. False where /proc cannot be read.
bool ReadCodeAndStacks(CodeAndStacks* found);

}  // namespace stageprof

#endif  // STAGEPROF_SOURCES_SMAPS_H_
