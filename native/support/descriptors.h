#ifndef STAGEPROF_SUPPORT_DESCRIPTORS_H_
#define STAGEPROF_SUPPORT_DESCRIPTORS_H_

#include <sys/stat.h>
#include <sys/types.h>

namespace stageprof {

// open(2) with O_CLOEXEC, so that the program's children do not inherit our files, and with a
// number out of the program's way. A program that opens a file next gets the number it would get
// without us, and one that has closed its standard streams does not find our file as one of them.
// Where the limit on descriptors leaves no such number, the number is that of open(2). Returns -1
// with errno where the file cannot be opened.
int OpenAside(const char* path, int flags, unsigned mode = 0);

// fstat(2) by its number, because libc's function is a symbol of glibc 2.33. On 64-bit machines the
// kernel's structure is that of libc. False with errno.
bool ReadStatus(int descriptor, struct stat* status);
// The same by path, for what is read too seldom to keep a file open.
bool ReadStatus(const char* path, struct stat* status);

// A file that is kept open, except in a process that may have few descriptors, and where so many are
// kept already that the number would be one the program may need. There it is opened for each use.
//
// A program may close every descriptor that it did not open itself, as daemons do, and then get the
// same number for a file of its own. So whoever writes checks the number first, and no file of the
// program's is closed.
class Descriptor {
 public:
  Descriptor() = default;
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // False with errno. Requires that no file is open.
  bool Open(const char* path, int flags, unsigned mode = 0);
  // Takes over the file of another descriptor, which is closed then.
  void TakeFrom(Descriptor* other);
  void Close();
  bool is_open() const { return path_ != nullptr; }

  // Each returns a number to use until Return, or -1 with errno. Borrow does not check that the
  // number still belongs to the file that was opened, so it is for reading only. BorrowOurs checks
  // it with a system call, and opens the file again if the program has closed it.
  int Borrow() const { return number_ >= 0 ? number_ : OpenAgain(); }
  int BorrowOurs() const { return IsOurs(number_) ? number_ : OpenAgain(); }
  void Return(int number) const;

 private:
  int OpenAgain() const;
  bool IsOurs(int number) const;

  char* path_ = nullptr;
  int flags_ = 0;
  int number_ = -1;  // also -1 where the file is opened for each use
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace stageprof

#endif  // STAGEPROF_SUPPORT_DESCRIPTORS_H_
