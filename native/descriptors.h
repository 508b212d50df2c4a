#ifndef STAGEPROF_DESCRIPTORS_H_
#define STAGEPROF_DESCRIPTORS_H_

#include <sys/types.h>

namespace stageprof {

// open(2) with O_CLOEXEC, so that the program's children do not inherit what is ours, and out of the
// program's way: a program that opens a file next gets the number it would get without us, and one
// that has closed its standard streams does not find our file in their place. Where the limit on
// descriptors leaves no such number it is as open(2) gives it. Returns -1 with errno where the file
// cannot be opened.
int OpenAside(const char* path, int flags, unsigned mode = 0);

// A descriptor that is kept. A program may close it with all that it did not open itself, as daemons
// do, and then get its number for a file of its own. So whoever writes asks first, and nothing of
// the program's is closed.
class Descriptor {
 public:
  Descriptor() = default;
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // False with errno. Only while none is open.
  bool Open(const char* path, int flags, unsigned mode = 0);
  // Opens `path` again, which must be the same file. False with errno.
  bool OpenAgain(const char* path, int flags);
  // Takes over that of another, which is closed.
  void TakeFrom(Descriptor* other);
  void Close();

  bool is_open() const { return number_ >= 0; }
  // Whether the number still stands for the file that was opened. A system call.
  bool IsOurs() const;
  int number() const { return number_; }

 private:
  int number_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_DESCRIPTORS_H_
