#include "task_files.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

namespace stageprof_tracker {

namespace {

// "/proc/self/task/ID/FILE".
struct TaskPath {
  char text[64];

  TaskPath(int32_t id, const char* file) {
    char* at = stpcpy(text, "/proc/self/task/");
    char digits[12];
    int count = 0;
    for (int32_t rest = id; rest > 0 || count == 0; rest /= 10) {
      digits[count++] = static_cast<char>('0' + rest % 10);
    }
    while (count > 0) *at++ = digits[--count];
    *at++ = '/';
    strcpy(at, file);
  }
};

// The file up to `size` bytes; returns how many. errno stays as it was.
long ReadFile(const char* path, char* bytes, long size) {
  const int error = errno;
  long read = 0;
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    read = syscall(SYS_read, file, bytes, size);
    syscall(SYS_close, file);
  }
  errno = error;
  return read > 0 ? read : 0;
}

constexpr int kSignalBytes = 8;

struct DirectoryEntry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  unsigned char type;
  char name[1];
};

}  // namespace

void ReadTaskName(int32_t id, TaskName* name) {
  long count = ReadFile(TaskPath(id, "comm").text, name->text, sizeof name->text - 1);
  if (count > 0 && name->text[count - 1] == '\n') --count;
  name->text[count] = '\0';
}

void ReadTaskNameHere(TaskName* name) {
  memset(name, 0, sizeof *name);
  syscall(SYS_prctl, PR_GET_NAME, name->text);
}

void SetTaskNameHere(const char* name) {
  syscall(SYS_prctl, PR_SET_NAME, name);
}

bool IsHelperName(const char* name) {
  return strcmp(name, "V8Worker") == 0 || strcmp(name, "node-V8Worker") == 0 ||
         strncmp(name, "DelayedTaskSche", 15) == 0;
}

bool IsOwnTaskName(const char* name) {
  return strncmp(name, "stageprof", 9) == 0 || strncmp(name, "v8:Prof", 7) == 0;
}

bool TakesSignal(int32_t id, int signal) {
  char status[2048];
  const long count = ReadFile(TaskPath(id, "status").text, status, sizeof status - 1);
  status[count] = '\0';
  const char* const line = strstr(status, "\nSigBlk:\t");
  if (line == nullptr) return false;
  uint64_t mask = 0;
  for (const char* at = line + 9; *at > ' '; ++at) {
    mask = mask * 16 + static_cast<uint64_t>(*at <= '9' ? *at - '0' : *at - 'a' + 10);
  }
  return (mask >> (signal - 1) & 1) == 0;
}

bool TakesSignalHere(int signal) {
  uint64_t mask = 0;
  return syscall(SYS_rt_sigprocmask, SIG_BLOCK, nullptr, &mask, kSignalBytes) == 0 &&
         (mask >> (signal - 1) & 1) == 0;
}

TaskFolder::TaskFolder()
    : folder_(
          syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}

TaskFolder::~TaskFolder() {
  if (folder_ >= 0) syscall(SYS_close, folder_);
}

bool TaskFolder::Next(int32_t* id) {
  for (;;) {
    if (at_ >= filled_) {
      if (folder_ < 0) return false;
      filled_ = syscall(SYS_getdents64, folder_, entries_, kBytes);
      at_ = 0;
      is_read_ = filled_ == 0;
      if (filled_ <= 0) return false;
    }
    const auto* const entry = reinterpret_cast<const DirectoryEntry*>(entries_ + at_);
    at_ += entry->length;
    int32_t number = 0;
    for (const char* at = entry->name; *at >= '0' && *at <= '9'; ++at)
      number = number * 10 + (*at - '0');
    if (number == 0) continue;
    *id = number;
    return true;
  }
}

}  // namespace stageprof_tracker
