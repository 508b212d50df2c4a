#include "statm.h"

#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <unistd.h>

namespace stageprof {

void Statm::Open() {
  page_bytes_ = static_cast<double>(sysconf(_SC_PAGESIZE));
  ProcFile::Open("/proc/self/statm", O_RDONLY);
  // A file that opens but cannot be read, as in a sandbox, must be known before the first sample.
  ReadRssBytes();
}

double Statm::ReadRssBytes() {
  char text[128];
  if (Read(text, sizeof text) == 0) return NAN;
  const char* at = text;
  while (*at != ' ' && *at != '\0') ++at;
  if (*at == '\0') return NAN;
  uint64_t pages = 0;
  for (++at; *at >= '0' && *at <= '9'; ++at) pages = pages * 10 + static_cast<uint64_t>(*at - '0');
  return static_cast<double>(pages) * page_bytes_;
}

}  // namespace stageprof
