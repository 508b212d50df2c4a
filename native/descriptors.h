#ifndef STAGEPROF_DESCRIPTORS_H_
#define STAGEPROF_DESCRIPTORS_H_

namespace stageprof {

// open(2) with O_CLOEXEC, so that the program's children do not inherit what is ours, and out of the program's way: a program that opens a file next gets the
// number it would get without us, and one that has closed its standard streams does not find our
// file in their place. Where the limit on descriptors leaves no such number it is as open(2) gives
// it. Returns -1 with errno where the file cannot be opened.
int OpenAside(const char* path, int flags, unsigned mode = 0);

}  // namespace stageprof

#endif  // STAGEPROF_DESCRIPTORS_H_
