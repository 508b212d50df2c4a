#include "smaps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/descriptors.h"
#include "../threads/tasks.h"

namespace stageprof {

namespace {

// More threads than this are rare, and their stacks are small.
constexpr size_t kMostThreads = 1024;
constexpr size_t kPieceBytes = 16 * 1024;
// The start of a line is enough: the range, and the first letters of a path of up to 4 KiB.
constexpr size_t kLineBytes = 512;

ssize_t ReadAll(int descriptor, char* text, size_t size) {
  ssize_t count;
  do {
    count = read(descriptor, text, size);
  } while (count < 0 && errno == EINTR);
  return count;
}

// For a thread that waits in the kernel, the last two words of its file `syscall` are the stack
// pointer and the program counter. For a thread that runs, the file has the word "running".
bool ReadStackPointer(int32_t thread, uintptr_t* pointer) {
  char text[256];
  if (ReadTaskFile(thread, "syscall", text, sizeof text) == 0) return false;
  char* const last = strrchr(text, ' ');
  if (last == nullptr) return false;
  *last = '\0';
  const char* const before = strrchr(text, ' ');
  if (before == nullptr) return false;
  *pointer = strtoull(before + 1, nullptr, 16);
  return *pointer != 0;
}

size_t ReadStackPointers(uintptr_t* pointers) {
  Tasks tasks;
  size_t count = 0;
  int32_t thread;
  while (count < kMostThreads && tasks.Next(&thread)) {
    if (ReadStackPointer(thread, &pointers[count])) ++count;
  }
  return count;
}

class Sums {
 public:
  Sums(const uintptr_t* pointers, size_t count) : pointers_(pointers), count_(count) {}

  void Take(const char* line) {
    uintptr_t start;
    uintptr_t end;
    if (ParseRange(line, &start, &end)) {
      kind_ = KindOf(line, start, end);
    } else if (kind_ != Kind::kOther && strncmp(line, "Rss:", 4) == 0) {
      const double bytes = static_cast<double>(strtoull(line + 4, nullptr, 10)) * 1024;
      (kind_ == Kind::kFile ? found_.file_bytes : found_.stack_bytes) += bytes;
    }
  }

  const CodeAndStacks& found() const { return found_; }

 private:
  enum class Kind { kFile, kStack, kOther };

  static bool ParseRange(const char* line, uintptr_t* start, uintptr_t* end) {
    char* after;
    *start = strtoull(line, &after, 16);
    if (after == line || *after != '-') return false;
    const char* const second = after + 1;
    *end = strtoull(second, &after, 16);
    return after != second && *after == ' ';
  }

  // `start-end access offset device inode path`
  Kind KindOf(const char* line, uintptr_t start, uintptr_t end) const {
    const char* at = line;
    for (int word = 0; word < 4 && at != nullptr; ++word) {
      at = strchr(at, ' ');
      if (at != nullptr) ++at;
    }
    if (at == nullptr) return Kind::kOther;
    if (strtoull(at, nullptr, 10) != 0) return Kind::kFile;
    const char* name = strchr(at, ' ');
    while (name != nullptr && *name == ' ') ++name;
    if (name != nullptr && strncmp(name, "[vdso]", 6) == 0) return Kind::kFile;
    if (name != nullptr && strncmp(name, "[stack]", 7) == 0) return Kind::kStack;
    for (size_t index = 0; index < count_; ++index) {
      if (pointers_[index] >= start && pointers_[index] < end) return Kind::kStack;
    }
    return Kind::kOther;
  }

  const uintptr_t* pointers_;
  size_t count_;
  Kind kind_ = Kind::kOther;
  CodeAndStacks found_ = {0, 0};
};

}  // namespace

bool ReadCodeAndStacks(CodeAndStacks* found) {
  const int descriptor = OpenAside("/proc/self/smaps", O_RDONLY);
  if (descriptor < 0) return false;
  uintptr_t pointers[kMostThreads];
  Sums sums(pointers, ReadStackPointers(pointers));
  char piece[kPieceBytes];
  char line[kLineBytes];
  size_t length = 0;
  ssize_t count;
  bool is_empty = true;
  while ((count = ReadAll(descriptor, piece, sizeof piece)) > 0) {
    is_empty = false;
    for (ssize_t index = 0; index < count; ++index) {
      if (piece[index] != '\n') {
        if (length < sizeof line - 1) line[length++] = piece[index];
        continue;
      }
      line[length] = '\0';
      sums.Take(line);
      length = 0;
    }
  }
  close(descriptor);
  *found = sums.found();
  return count == 0 && !is_empty;
}

}  // namespace stageprof
