#ifndef STAGEPROF_TRACKER_STACKS_ARM64_MACHINE_H_
#define STAGEPROF_TRACKER_STACKS_ARM64_MACHINE_H_

#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "../frame_rule.h"
#include "../registers.h"

namespace stageprof_tracker {

constexpr bool kKnowsMachine = true;

constexpr int kAddressBits = 48;

// Reads those of the function that it is inlined into, which calls others and so has saved the link register.
__attribute__((always_inline)) inline void ReadRegisters(Registers* registers) {
  asm volatile("adr %0, .\n\tmov %1, sp\n\tmov %2, x29"
               : "=r"(registers->pc), "=r"(registers->stack), "=r"(registers->base));
  registers->link = 0;
}

// `context` is what a signal handler is given.
inline Registers RegistersOf(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
  Registers interrupted;
  interrupted.pc = machine.pc;
  interrupted.stack = machine.sp;
  interrupted.base = machine.regs[29];
  interrupted.link = machine.regs[30];
  return interrupted;
}

// Calls a function with another stack, of which `top` is the end.
inline void CallOn(char* top, void (*function)(void*), void* argument) {
  asm volatile(
      "mov x19, sp\n\t"
      "mov sp, %[top]\n\t"
      "mov x0, %[argument]\n\t"
      "blr %[function]\n\t"
      "mov sp, x19"
      :
      : [top] "r"(top), [function] "r"(function), [argument] "r"(argument)
      : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
        "x14", "x15", "x16", "x17", "x18", "x19", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6",
        "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19",
        "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31",
        "memory", "cc");
}

// Numbers of registers in unwind tables: DWARF for the Arm 64-bit Architecture, section 4.1.
constexpr uint64_t kBaseRegister = 29;
constexpr uint64_t kStackRegister = 31;
constexpr uint64_t kReturnRegister = 30;
// Where the return address is at the first instruction of a function.
constexpr Saved kReturnAtEntry = {Saved::Kind::kSame, 0};
// Whether an instruction of unwind tables, which only this processor has, says nothing of importance.
// DW_CFA_AARCH64_negate_ra_state: from here on the return address is signed, or no longer.
// Signatures are taken off all return addresses.
inline bool MeansNothing(uint8_t code) {
  return code == 0x2D;
}

// A return leaves the stack as it is.
constexpr int64_t kReturnBytes = 0;
// The pair that the frame pointer points to lies somewhere in the frame, mostly at its lower end.
constexpr bool kPairEndsFrame = false;

inline int64_t PushedByLinkageEntry(uintptr_t) {
  return 0;
}

// Processors before Armv8.3 have no signatures, and take the instruction (xpaclri) for none.
inline uintptr_t WithoutSignature(uintptr_t return_address) {
  asm("mov x30, %0\n\thint #7\n\tmov %0, x30" : "+r"(return_address) : : "x30");
  return return_address;
}

constexpr uintptr_t kLongestCall = 4;
// Whether the instruction before is a call: bl, blr, or blr with a check of a signature.
inline bool IsAfterCall(const uint8_t* code) {
  if (reinterpret_cast<uintptr_t>(code) % 4 != 0) return false;
  uint32_t word;
  memcpy(&word, code - sizeof word, sizeof word);
  return (word & 0xFC000000) == 0x94000000 || (word & 0xFFFFFC1F) == 0xD63F0000 ||
         (word & 0xFEFFF800) == 0xD63F0800;
}

// The handlers of bytecodes return to where the interpreter reads from its frame how far it was. The
// builtin and its variant for profilers have these instructions, nothing else has.
inline bool IsInterpretersCall(const uint8_t* after) {
  constexpr uint32_t kCall[] = {0xD63F0040};  // blr x2
  constexpr uint32_t kAfter[] = {
      0xF85E03B4,  // ldur x20, [x29, #-32]
      0xB89DC3B3,  // ldursw x19, [x29, #-36]
  };
  return memcmp(after - sizeof kCall, kCall, sizeof kCall) == 0 &&
         memcmp(after, kAfter, sizeof kAfter) == 0;
}

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_ARM64_MACHINE_H_
