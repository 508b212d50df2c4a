#include "statm.h"

#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <unistd.h>

namespace stageprof {

namespace {

// Reads the number behind the space at `*at`, and moves on to what follows it.
double ReadField(const char** at) {
  uint64_t number = 0;
  for (++*at; **at >= '0' && **at <= '9'; ++*at) {
    number = number * 10 + static_cast<uint64_t>(**at - '0');
  }
  return static_cast<double>(number);
}

}  // namespace

void Statm::Open() {
  page_bytes_ = static_cast<double>(sysconf(_SC_PAGESIZE));
  ProcFile::Open("/proc/self/statm", O_RDONLY);
  // A file that opens but cannot be read, as in a sandbox, must be known before the first sample.
  ReadRssBytes();
}

Statm::Reading Statm::Read() {
  char text[128];
  if (ProcFile::Read(text, sizeof text) == 0) return {NAN, NAN};
  const char* at = text;
  while (*at != ' ' && *at != '\0') ++at;
  if (*at == '\0') return {NAN, NAN};
  const double rss_pages = ReadField(&at);
  if (*at != ' ') return {rss_pages * page_bytes_, NAN};
  return {rss_pages * page_bytes_, ReadField(&at) * page_bytes_};
}

}  // namespace stageprof
