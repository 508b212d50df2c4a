#ifndef STAGEPROF_TRACKER_STACKS_X64_MACHINE_H_
#define STAGEPROF_TRACKER_STACKS_X64_MACHINE_H_

#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "../frame_rule.h"
#include "../registers.h"

namespace stageprof_tracker {

constexpr bool kKnowsMachine = true;

constexpr int kAddressBits = 47;

// Reads those of the function that it is inlined into.
__attribute__((always_inline)) inline void ReadRegisters(Registers* registers) {
  asm volatile("lea 0(%%rip), %0; mov %%rsp, %1; mov %%rbp, %2"
               : "=r"(registers->pc), "=r"(registers->stack), "=r"(registers->base));
  registers->link = 0;
}

// `context` is what a signal handler is given.
inline Registers RegistersOf(const void* context) {
  const auto& registers = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs;
  Registers interrupted;
  interrupted.pc = static_cast<uintptr_t>(registers[REG_RIP]);
  interrupted.stack = static_cast<uintptr_t>(registers[REG_RSP]);
  interrupted.base = static_cast<uintptr_t>(registers[REG_RBP]);
  return interrupted;
}

// Calls a function with another stack, of which `top` is the end.
inline void CallOn(char* top, void (*function)(void*), void* argument) {
  asm volatile(
      "mov %%rsp, %%rbx\n\t"
      "mov %[top], %%rsp\n\t"
      "call *%[function]\n\t"
      "mov %%rbx, %%rsp"
      : "+D"(argument)
      : [top] "r"(top), [function] "r"(function)
      : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3",
        "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
        "xmm15", "memory", "cc");
}

// Numbers of registers in unwind tables: System V ABI for x86-64, section 3.6.2.
constexpr uint64_t kBaseRegister = 6;
constexpr uint64_t kStackRegister = 7;
constexpr uint64_t kReturnRegister = 16;
// Where the return address is at the first instruction of a function.
constexpr Saved kReturnAtEntry = {Saved::Kind::kBelowCfa, -kWordBytes};
// Whether an instruction of unwind tables, which only this processor has, says nothing of importance.
inline bool MeansNothing(uint8_t) {
  return false;
}

// A return takes a word from the stack.
constexpr int64_t kReturnBytes = kWordBytes;
// The pair that the frame pointer points to is the last word of the frame and what the call has pushed.
constexpr bool kPairEndsFrame = true;

// An entry of a procedure linkage table has 16 bytes, and pushes a word that ends at the eleventh.
inline int64_t PushedByLinkageEntry(uintptr_t pc) {
  return (pc & 15) >= 11 ? kWordBytes : 0;
}

inline uintptr_t WithoutSignature(uintptr_t return_address) {
  return return_address;
}

constexpr uintptr_t kLongestCall = 8;
// Whether the instruction before is a call. It has five bytes, or is FF /2 with a register or memory:
// two bytes, and up to five of an address. In 64-bit code each may have a prefix before it.
inline bool IsAfterCall(const uint8_t* code) {
  constexpr int kShortest = 2;
  constexpr int kLongest = 7;
  if (code[-5] == 0xE8) return true;
  for (int bytes = kShortest; bytes <= kLongest; ++bytes) {
    if (code[-bytes] != 0xFF || ((code[1 - bytes] >> 3) & 7) != 2) continue;
    const int mod = code[1 - bytes] >> 6;
    const int rm = code[1 - bytes] & 7;
    const bool has_sib = mod != 3 && rm == 4;
    const bool has_long =
        mod == 2 || (mod == 0 && rm == 5) || (mod == 0 && has_sib && (code[2 - bytes] & 7) == 5);
    const int needed = 2 + (has_sib ? 1 : 0) + (has_long ? 4 : mod == 1 ? 1 : 0);
    if (needed == bytes) return true;
  }
  return false;
}

// The handlers of bytecodes return to where the interpreter reads from its frame how far it was. The
// builtin and its variant for profilers have these instructions, nothing else has.
inline bool IsInterpretersCall(const uint8_t* after) {
  constexpr uint8_t kCall[] = {0xFF, 0xD1};  // call rcx
  constexpr uint8_t kAfter[] = {
      0x4C, 0x8B, 0x65, 0xE0,  // mov r12, [rbp - 32]
      0x44, 0x8B, 0x4D, 0xDC,  // mov r9d, [rbp - 36]
  };
  return memcmp(after - sizeof kCall, kCall, sizeof kCall) == 0 &&
         memcmp(after, kAfter, sizeof kAfter) == 0;
}

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_X64_MACHINE_H_
