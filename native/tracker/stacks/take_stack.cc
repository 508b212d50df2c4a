#include "take_stack.h"

#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../attach.h"
#include "../loaded_object.h"
#include "../mapped_file.h"
#include "../modules.h"
#include "code_map.h"
#include "js_frames.h"
#include "origins.h"
#include "rebound_imports.h"
#include "sites.h"
#include "stack_modules.h"
#include "stack_stages.h"
#include "stack_tables.h"
#include "unwinder.h"
#include "v8_code.h"

namespace stageprof_tracker {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// What a thread knows of itself. Zeros are a valid start.
struct ThreadStack {
  MappedRange range;  // that the stack lies in, when it was last looked up
  const std::atomic<uint32_t>* stage;
  bool is_taking;
};
thread_local ThreadStack thread_stack;

// Stacks are written here and not on the stack, which may be small. As many threads at a time can
// take one.
constexpr uint32_t kMostInheritedFrames = 64;
struct Scratch {
  std::atomic<bool> is_taken;
  Stack stack;
  // A stack, the mark, and what is inherited.
  SiteFrame frames[Stack::kMostFrames + 1 + kMostInheritedFrames];
};
constexpr int kScratches = 8;
Scratch scratches[kScratches];

// The frames of the tracker itself are not told.
CodeRange own_code;

std::atomic<uint32_t> unloading{0};
std::atomic<uint32_t> walking{0};

Scratch* TakeScratch() {
  for (Scratch& scratch : scratches) {
    if (!scratch.is_taken.load(kRelaxed) &&
        !scratch.is_taken.exchange(true, std::memory_order_acquire)) {
      return &scratch;
    }
  }
  return nullptr;
}

#if defined(__x86_64__)
constexpr bool kKnowsMachine = true;
#else
constexpr bool kKnowsMachine = false;
#endif

const char* stacks_missing = "STAGEPROF_TRACK_STACKS is not set";

// Those of the function that it is inlined into.
__attribute__((always_inline)) inline void ReadRegisters(Registers* registers) {
#if defined(__x86_64__)
  asm volatile("lea 0(%%rip), %0; mov %%rsp, %1; mov %%rbp, %2"
               : "=r"(registers->pc), "=r"(registers->stack), "=r"(registers->base));
#else
  *registers = {};
#endif
}

// The main thread's stack grows downwards, so its range is looked up anew where it has grown.
bool KnowsRange(uintptr_t stack) {
  constexpr uintptr_t kNeededBytes = 8 * 1024;
  MappedRange& range = thread_stack.range;
  const auto lies = [&range, stack] { return stack >= range.start && stack < range.end; };
  if (!lies() && (!FindMappedRange(stack, &range) || !lies())) return false;
  return range.is_main_stack || stack - range.start >= kNeededBytes;
}

uint32_t RunningStage() {
  const std::atomic<uint32_t>* const stage = thread_stack.stage;
  if (stage != nullptr) return stage->load(kRelaxed);
  return thread_stack.range.is_main_stack ? kMainOutsideStage : kUnknownStage;
}

SiteFrame FrameOf(const Frame& frame) {
  const SiteFrame guessed = frame.is_guess ? kGuessedFrame : 0;
  const uintptr_t pc = InProgram(frame.pc);
  LoadedObject object;
  const uint32_t module = ModuleOf(reinterpret_cast<const void*>(pc));
  if (module == kUnknownModule || !FindLoadedObject(pc, &object)) return guessed | pc;
  NoteStackModule(module, object);
  return guessed | (uint64_t{module} << kModuleShift) | (pc - object.base);
}

// Puts the stack that queued the work behind the own one.
uint32_t AddInherited(const Origin& origin, SiteFrame* frames, uint32_t count) {
  frames[count++] = kInheritedFrames;
  Site site;
  if (origin.site == kUnknownSite || !ReadSite(origin.site, &site)) return count;
  const bool is_cut = site.count > kMostInheritedFrames;
  const uint32_t inherited = is_cut ? kMostInheritedFrames : site.count;
  memcpy(frames + count, site.frames, inherited * sizeof *frames);
  if (is_cut) frames[count + inherited - 1] |= kLastFrame;
  return count + inherited;
}

uint32_t SiteOf(const Registers& registers, Scratch* scratch) {
  AskForV8Code();
  Stack& stack = scratch->stack;
  Unwind(registers, thread_stack.range.end, &stack);
  size_t first = 0;
  while (first < stack.count && own_code.Has(stack.frames[first].pc)) ++first;
  uint32_t count = 0;
  JsFrames js(stack, first, registers);
  for (size_t index = first; index < stack.count; ++index) {
    uint32_t function;
    const Frame& frame = stack.frames[index];
    // One hook may have called another.
    if (own_code.Has(frame.pc)) continue;
    scratch->frames[count++] = js.Find(index, &function)
                                   ? (frame.is_guess ? kGuessedFrame : 0) | JsFrame(function)
                                   : FrameOf(frame);
  }
  if (count > 0 && stack.end != Stack::End::kOutermost) scratch->frames[count - 1] |= kLastFrame;
  const uint32_t stage = RunningStage();
  if (stage != kUnknownStage) return FindSite(scratch->frames, count, stage);
  const Origin origin = CurrentOrigin();
  if (origin.IsKnown()) count = AddInherited(origin, scratch->frames, count);
  return FindSite(scratch->frames, count, origin.stage);
}

// Between the two counts no module is unloaded: either this sees that one is about to be, or whoever
// unloads sees this.
uint32_t SiteWhileLoaded(const Registers& registers) {
  uint32_t site = kUnknownSite;
  walking.fetch_add(1, std::memory_order_seq_cst);
  if (unloading.load(std::memory_order_seq_cst) == 0) {
    Scratch* const scratch = TakeScratch();
    if (scratch != nullptr) {
      site = SiteOf(registers, scratch);
      scratch->is_taken.store(false, std::memory_order_release);
    }
  }
  walking.fetch_sub(1, std::memory_order_release);
  return site;
}

}  // namespace

bool OpenStacks(uint64_t rate) {
  OpenLoadedObjects();
  if (!kKnowsMachine) {
    stacks_missing = "stacks are taken on x86-64 alone";
  } else if (!CanFindLoadedObjects()) {
    stacks_missing = "stacks need glibc 2.35 or newer";
  } else if (!OpenStackTables(rate)) {
    stacks_missing = "there is no memory for the tables of stacks";
  } else {
    stacks_missing = nullptr;
  }
  if (stacks_missing != nullptr) return false;
  OpenSites();
  OpenStackStages();
  OpenV8Code();
  OpenJsFrames();
  // What it puts into imports would stay there.
  if (!IsAttached()) OpenReboundImports();
  FindCode(reinterpret_cast<uintptr_t>(&OpenStacks), &own_code);
  return true;
}

const char* StacksMissing() {
  return stacks_missing;
}

__attribute__((noinline)) uint32_t TakeSite() {
  ThreadStack& thread = thread_stack;
  if (thread.is_taking) return kUnknownSite;
  thread.is_taking = true;
  Registers registers;
  ReadRegisters(&registers);
  uint32_t site = kUnknownSite;
  if (KnowsRange(registers.stack)) site = SiteWhileLoaded(registers);
  thread.is_taking = false;
  return site;
}

void SetStageWord(const std::atomic<uint32_t>* stage) {
  thread_stack.stage = stage;
}

bool FindOwnStage(uint32_t* stage) {
  if (thread_stack.stage == nullptr) return false;
  *stage = thread_stack.stage->load(kRelaxed);
  return true;
}

// A thread that is stopped while it walks, by a signal whose handler unloads a module, must not hang
// the program.
void PauseStacks() {
  unloading.fetch_add(1, std::memory_order_seq_cst);
  constexpr int kMostYields = 10000;
  for (int yields = 0; walking.load(std::memory_order_seq_cst) != 0 && yields < kMostYields;
       ++yields) {
    syscall(SYS_sched_yield);
  }
}

void ResumeStacks() {
  ForgetRules();
  unloading.fetch_sub(1, std::memory_order_seq_cst);
}

}  // namespace stageprof_tracker
