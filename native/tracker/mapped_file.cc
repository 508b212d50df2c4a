#include "mapped_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace stageprof_tracker {

namespace {

// One line of /proc/self/maps: `start-end access offset device inode path`. It is read byte by
// byte, because a path may be longer than any buffer here.
struct Line {
  uintptr_t start;
  uintptr_t end;
  char name[kModuleNameBytes];
  uint32_t name_length;
  uint32_t field;  // which of the six fields is being read
  bool is_past_dash;
  bool is_writable;

  void Clear() { *this = {}; }

  void Add(char byte) {
    if (field == 0) {
      if (byte == '-') {
        is_past_dash = true;
      } else if (byte == ' ') {
        field = 1;
      } else {
        uintptr_t& number = is_past_dash ? end : start;
        number = number * 16 + static_cast<uintptr_t>(byte <= '9' ? byte - '0' : byte - 'a' + 10);
      }
    } else if (field < 5) {
      if (byte == ' ') ++field;
      if (field == 1 && byte == 'w') is_writable = true;
    } else if (byte != ' ' || name_length != 0) {
      AddToName(byte);
    }
  }

  void AddToName(char byte) {
    if (name_length == kModuleNameBytes - 1) {
      memmove(name, name + 1, --name_length);
    }
    name[name_length++] = byte;
    name[name_length] = '\0';
  }

  // Names in brackets are the kernel's.
  bool IsFile() const { return name_length != 0 && name[0] != '['; }
};

// Adds up the parts of one file, which follow one another in the list.
class Search {
 public:
  Search(uintptr_t address, MappedFile* file) : address_(address), file_(file) {
    file_->name[0] = '\0';
  }

  // False when the search is over.
  bool See(const Line& line) {
    if (line.IsFile() && strcmp(line.name, file_->name) == 0) {
      file_->end = line.end;
      return true;
    }
    if (IsFound()) return false;
    file_->name[0] = '\0';
    if (line.IsFile()) {
      memcpy(file_->name, line.name, line.name_length + 1);
      file_->start = line.start;
      file_->end = line.end;
    }
    return true;
  }

  bool IsFound() const {
    return file_->name[0] != '\0' && address_ >= file_->start && address_ < file_->end;
  }

 private:
  uintptr_t address_;
  MappedFile* file_;
};

// Calls `see` with each line until it returns false. System calls are made directly: libc's open and
// read may be hooked by others, and they end a thread that is cancelled.
template <typename See>
void ReadLines(See see) {
  const int error = errno;
  const long maps = syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps >= 0) {
    Line line = {};
    char bytes[1024];
    long count;
    bool goes_on = true;
    while (goes_on && (count = syscall(SYS_read, maps, bytes, sizeof bytes)) > 0) {
      for (long at = 0; goes_on && at < count; ++at) {
        if (bytes[at] != '\n') {
          line.Add(bytes[at]);
        } else {
          goes_on = see(line);
          line.Clear();
        }
      }
    }
    syscall(SYS_close, maps);
  }
  errno = error;
}

}  // namespace

bool FindMappedFile(uintptr_t address, MappedFile* file) {
  Search search(address, file);
  ReadLines([&search](const Line& line) { return search.See(line); });
  return search.IsFound();
}

bool FindKernelPath(const char* path, char (&found)[kModuleNameBytes]) {
  if (path == nullptr) return false;
  const int error = errno;
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
  long length = -1;
  if (file >= 0) {
    char link[32] = "/proc/self/fd/";
    char* at = link + strlen(link);
    char digits[20];
    int count = 0;
    for (long rest = file; rest != 0 || count == 0; rest /= 10)
      digits[count++] = "0123456789"[rest % 10];
    while (count > 0) *at++ = digits[--count];
    *at = '\0';
    // A longer path is cut where the kernel's list keeps the end, so it is not taken.
    length = syscall(SYS_readlinkat, AT_FDCWD, link, found, sizeof found);
    syscall(SYS_close, file);
  }
  errno = error;
  if (length <= 0 || length >= static_cast<long>(sizeof found)) return false;
  found[length] = '\0';
  return true;
}

bool IsMapped(uintptr_t address) {
  const uintptr_t page_bytes = getauxval(AT_PAGESZ);
  const int error = errno;
  unsigned char is_resident;
  const long failed = syscall(SYS_mincore, address & ~(page_bytes - 1), 1, &is_resident);
  errno = error;
  return failed == 0;
}

bool FindMappedRange(uintptr_t address, MappedRange* range) {
  *range = {};
  ReadLines([address, range](const Line& line) {
    if (address < line.start || address >= line.end) return true;
    *range = {line.start, line.end, line.is_writable,
              line.name_length != 0 && strcmp(line.name, "[stack]") == 0};
    return false;
  });
  return range->end != 0;
}

}  // namespace stageprof_tracker
