// objdump -d -w FILE | decode FILE: decodes each instruction that objdump lists, and compares the lengths. Prints JSON: how
// many there were, and the first that differ.
#include <ctype.h>
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "stacks/instruction.h"

using stageprof_tracker::Decode;
using stageprof_tracker::Instruction;

namespace {

const uint8_t* file;
size_t file_bytes;

const uint8_t* BytesOf(uint64_t address) {
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(file);
  const auto* segments = reinterpret_cast<const Elf64_Phdr*>(file + header->e_phoff);
  for (int index = 0; index < header->e_phnum; ++index) {
    const Elf64_Phdr& segment = segments[index];
    if (segment.p_type == PT_LOAD && address - segment.p_vaddr < segment.p_filesz) {
      return file + segment.p_offset + (address - segment.p_vaddr);
    }
  }
  return nullptr;
}

// `address:<tab>bytes in hex <tab>text`
bool ParseLine(const char* line, unsigned long* address, int* bytes, const char** text) {
  int after = 0;
  if (sscanf(line, " %lx:%n", address, &after) != 1 || line[after] != '\t') return false;
  const char* at = line + after + 1;
  *text = strchr(at, '\t');
  if (*text == nullptr) return false;
  *bytes = 0;
  for (; isxdigit(*at) && isxdigit(at[1]); at += at[2] == ' ' ? 3 : 2) ++*bytes;
  ++*text;
  return *bytes > 0;
}

// objdump takes `fwait` and the instruction after it for one, and lists what is no instruction too.
bool IsComparable(const char* text, uint8_t first) {
  constexpr uint8_t kWait = 0x9B;
  return strstr(text, "(bad)") == nullptr && strncmp(text, ".byte", 5) != 0 && first != kWait;
}

}  // namespace

int main(int, char** arguments) {
  const int descriptor = open(arguments[1], O_RDONLY);
  struct stat status;
  if (descriptor < 0 || fstat(descriptor, &status) != 0) return 1;
  file_bytes = static_cast<size_t>(status.st_size);
  file =
      static_cast<const uint8_t*>(mmap(nullptr, file_bytes, PROT_READ, MAP_PRIVATE, descriptor, 0));
  char line[4096];
  long instructions = 0;
  long differ = 0;
  printf("{\"different\":[");
  while (fgets(line, sizeof line, stdin) != nullptr) {
    unsigned long address;
    int bytes;
    const char* text;
    if (!ParseLine(line, &address, &bytes, &text)) continue;
    const uint8_t* const at = BytesOf(address);
    if (at == nullptr || !IsComparable(text, *at)) continue;
    ++instructions;
    Instruction instruction;
    const bool is_known = Decode(at, file + file_bytes, &instruction);
    if (is_known && instruction.length == bytes) continue;
    if (++differ <= 10) printf("%s\"%lx\"", differ == 1 ? "" : ",", address);
  }
  printf("],\"instructions\":%ld,\"differ\":%ld}\n", instructions, differ);
  return 0;
}
