#ifndef STAGEPROF_SUPPORT_DESCRIPTORS_H_
#define STAGEPROF_SUPPORT_DESCRIPTORS_H_

#include <sys/stat.h>
#include <sys/types.h>

namespace stageprof {

// open(2) with O_CLOEXEC, so that the program's children do not inherit what is ours, and out of the
// program's way: a program that opens a file next gets the number it would get without us, and one
// that has closed its standard streams does not find our file in their place. Where the limit on
// descriptors leaves no such number it is as open(2) gives it. Returns -1 with errno where the file
// cannot be opened.
int OpenAside(const char* path, int flags, unsigned mode = 0);

// fstat(2) by its number: libc's function is a symbol of glibc 2.33. On 64-bit machines the kernel's
// structure is libc's. False with errno.
bool ReadStatus(int descriptor, struct stat* status);

// A file that is kept open, but for a process that may have few descriptors: there it is opened for
// each use, since one of ours may be the one that the program lacks.
//
// A program may close a descriptor with all that it did not open itself, as daemons do, and then get
// its number for a file of its own. So whoever writes asks first, and nothing of the program's is
// closed.
class Descriptor {
 public:
  Descriptor() = default;
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // False with errno. Only while none is open.
  bool Open(const char* path, int flags, unsigned mode = 0);
  // Takes over that of another, which is closed.
  void TakeFrom(Descriptor* other);
  void Close();
  bool is_open() const { return path_ != nullptr; }

  // A number to use until Return; -1 with errno. Borrow does not ask whether it still stands for the
  // file that was opened: for reading alone. BorrowOurs does, at the price of a system call, and opens
  // the file again where the program has closed it.
  int Borrow() const { return number_ >= 0 ? number_ : OpenAgain(); }
  int BorrowOurs() const { return IsOurs(number_) ? number_ : OpenAgain(); }
  void Return(int number) const;

 private:
  int OpenAgain() const;
  bool IsOurs(int number) const;

  char* path_ = nullptr;
  int flags_ = 0;
  int number_ = -1;  // -1 also where it is opened for each use
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_DESCRIPTORS_H_
