#include "tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../support/descriptors.h"

namespace stageprof {

namespace {

// The kernel's struct linux_dirent64.
struct Entry {
  uint64_t inode;
  int64_t next;
  uint16_t length;
  uint8_t type;
  char name[1];
};

}  // namespace

namespace {

// The folder has two more links: one from its parent and one from itself.
size_t TasksOf(const struct stat& folder) {
  return folder.st_nlink > 2 ? folder.st_nlink - 2 : 0;
}

}  // namespace

bool CountTasks(int folder, size_t* count) {
  struct stat status;
  if (!ReadStatus(folder, &status)) return false;
  *count = TasksOf(status);
  return true;
}

bool CountTasks(size_t* count) {
  struct stat status;
  if (!ReadStatus("/proc/self/task", &status)) return false;
  *count = TasksOf(status);
  return true;
}

size_t ReadTaskFile(int32_t id, const char* file, char* text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/%s", id, file);
  const int descriptor = OpenAside(path, O_RDONLY);
  if (descriptor < 0) return 0;
  ssize_t count;
  do {
    count = read(descriptor, text, size - 1);
  } while (count < 0 && errno == EINTR);
  close(descriptor);
  if (count <= 0) return 0;
  text[count] = '\0';
  return static_cast<size_t>(count);
}

Tasks::Tasks() : folder_(OpenAside("/proc/self/task", O_RDONLY | O_DIRECTORY)) {}

Tasks::~Tasks() {
  if (is_open()) close(folder_);
}

bool Tasks::Next(int32_t* id) {
  while (is_open()) {
    if (at_ == filled_) {
      at_ = 0;
      filled_ = syscall(SYS_getdents64, folder_, entries_, sizeof entries_);
      if (filled_ <= 0) {
        filled_ = 0;
        return false;
      }
    }
    const auto* entry = reinterpret_cast<const Entry*>(entries_ + at_);
    at_ += entry->length;
    // The folder also lists itself and its parent, whose names are no numbers.
    *id = atoi(entry->name);
    if (*id > 0) return true;
  }
  return false;
}

}  // namespace stageprof
