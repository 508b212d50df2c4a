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
// A line has the range and a path of up to 4 KiB, of which the end is told.
constexpr size_t kLineBytes = 4096 + 128;

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

// The mappings of one file follow each other, and the part of a shared object that may be executed
// is not the first. So the pages of a file are held back until another file comes.
class Sums {
 public:
  Sums(const uintptr_t* pointers, size_t count) : pointers_(pointers), count_(count) {}

  void Take(const char* line) {
    uintptr_t start;
    uintptr_t end;
    if (ParseRange(line, &start, &end)) {
      if (start == end_ && end - start_ >= kReservedBytes && IsGuard(line)) {
        found_.wasm_bytes += plain_bytes_;
      }
      plain_bytes_ = 0;
      start_ = start;
      end_ = end;
      kind_ = KindOf(line, start, end);
    } else if (strncmp(line, "Rss:", 4) == 0) {
      const double bytes = static_cast<double>(strtoull(line + 4, nullptr, 10)) * 1024;
      if (kind_ == Kind::kOther) {
        plain_bytes_ = bytes;
      } else {
        *SumOf(kind_) += bytes;
      }
    }
  }

  const MappingTotals& End() {
    EndFile();
    return found_;
  }

 private:
  // An index and the offset in an instruction have 32 bits each. V8 keeps 10 GiB up to Node 22 and
  // exactly that much from Node 24 on.
  static constexpr uintptr_t kReservedBytes = uintptr_t{1} << 33;

  enum class Kind { kFile, kCode, kShared, kStack, kOther };

  static bool ParseRange(const char* line, uintptr_t* start, uintptr_t* end) {
    char* after;
    *start = strtoull(line, &after, 16);
    if (after == line || *after != '-') return false;
    const char* const second = after + 1;
    *end = strtoull(second, &after, 16);
    return after != second && *after == ' ';
  }

  static bool IsGuard(const char* line) {
    const char* const access = strchr(line, ' ');
    return access != nullptr && strncmp(access, " ---", 4) == 0;
  }

  double* SumOf(Kind kind) {
    switch (kind) {
      case Kind::kFile:
        return &file_bytes_;
      case Kind::kCode:
        return &found_.code_bytes;
      case Kind::kShared:
        return &found_.shared_bytes;
      default:
        return &found_.stack_bytes;
    }
  }

  // `start-end access offset device inode path`
  Kind KindOf(const char* line, uintptr_t start, uintptr_t end) {
    const char* words[5] = {line};
    for (int word = 1; word < 5; ++word) {
      const char* const space = strchr(words[word - 1], ' ');
      if (space == nullptr) return Kind::kOther;
      words[word] = space + 1;
    }
    const char* name = strchr(words[4], ' ');
    while (name != nullptr && *name == ' ') ++name;
    if (strtoull(words[4], nullptr, 10) != 0) {
      if (name != nullptr && IsShared(name)) return Kind::kShared;
      // Device and inode.
      const size_t length = static_cast<size_t>(strcspn(words[4], " ")) + (words[4] - words[3]);
      if (length >= sizeof file_id_ || strncmp(file_id_, words[3], length) != 0 ||
          file_id_[length] != '\0') {
        BeginFile(words[3], length, name == nullptr ? "" : name);
      }
      if (words[1][2] == 'x') is_code_ = true;
      return Kind::kFile;
    }
    if (name != nullptr && strncmp(name, "[vdso]", 6) == 0) return Kind::kCode;
    if (name != nullptr && strncmp(name, "[stack]", 7) == 0) return Kind::kStack;
    for (size_t index = 0; index < count_; ++index) {
      if (pointers_[index] >= start && pointers_[index] < end) return Kind::kStack;
    }
    return Kind::kOther;
  }

  // Anonymous shared memory is shown as /dev/zero.
  static bool IsShared(const char* name) {
    constexpr const char* kStarts[] = {"/dev/shm/", "/dev/zero", "/memfd:", "/SYSV"};
    for (const char* start : kStarts) {
      if (strncmp(name, start, strlen(start)) == 0) return true;
    }
    return false;
  }

  void BeginFile(const char* id, size_t length, const char* name) {
    EndFile();
    if (length >= sizeof file_id_) length = sizeof file_id_ - 1;
    memcpy(file_id_, id, length);
    file_id_[length] = '\0';
    const size_t bytes = strlen(name);
    const size_t room = kFileNameBytes - 1;
    const char* end = bytes > room ? name + bytes - room : name;
    // Not from within a character.
    while ((*end & 0xC0) == 0x80) ++end;
    strncpy(file_name_, end, kFileNameBytes);
  }

  void EndFile() {
    (is_code_ ? found_.code_bytes : found_.file_bytes) += file_bytes_;
    if (!is_code_) KeepIfLarge();
    file_bytes_ = 0;
    is_code_ = false;
    file_id_[0] = '\0';
  }

  void KeepIfLarge() {
    MappingTotals::File* smallest = &found_.files[0];
    for (MappingTotals::File& file : found_.files) {
      if (file.bytes < smallest->bytes) smallest = &file;
    }
    if (file_bytes_ <= smallest->bytes) return;
    smallest->bytes = file_bytes_;
    memcpy(smallest->name, file_name_, sizeof file_name_);
  }

  const uintptr_t* pointers_;
  size_t count_;
  Kind kind_ = Kind::kOther;
  MappingTotals found_ = {};
  char file_id_[64] = "";
  char file_name_[kFileNameBytes] = "";
  double file_bytes_ = 0;
  bool is_code_ = false;
  // The mapping before, and what it has resident if nothing else is known of it.
  uintptr_t start_ = 0;
  uintptr_t end_ = 0;
  double plain_bytes_ = 0;
};

}  // namespace

bool ReadMappings(MappingTotals* found) {
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
  *found = sums.End();
  return count == 0 && !is_empty;
}

}  // namespace stageprof
