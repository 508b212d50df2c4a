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
#include "machine.h"
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

const char* stacks_missing =
    "stacks need STAGEPROF_TRACK_MODULES=1, and STAGEPROF_TRACK_STACKS=cpu, or 1 with "
    "STAGEPROF_TRACK_LIVE";

// The main thread's stack grows downwards, so its range is looked up anew where it has grown.
bool KnowsRange(uintptr_t stack) {
  MappedRange& range = thread_stack.range;
  const auto lies = [&range, stack] { return stack >= range.start && stack < range.end; };
  return lies() || (FindMappedRange(stack, &range) && lies());
}

// Up to where frames may lie. A thread's own block stands above its stack in the same memory and lasts as long as
// the thread. What lies above that may be another mapping that has grown together with the stack, and may be
// gone by now.
uintptr_t TopOf(uintptr_t stack) {
  const auto own = reinterpret_cast<uintptr_t>(&thread_stack);
  const uintptr_t end = thread_stack.range.end;
  return own > stack && own < end ? own : end;
}

bool HasRoom(uintptr_t stack) {
  constexpr uintptr_t kNeededBytes = 8 * 1024;
  const MappedRange& range = thread_stack.range;
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
  if (origin.site == kUnknownSite || !ReadSite(origin.site, &site) || site.count == 0) return count;
  const bool is_cut = site.count > kMostInheritedFrames;
  const uint32_t inherited = is_cut ? kMostInheritedFrames : site.count;
  memcpy(frames + count, site.frames, inherited * sizeof *frames);
  if (is_cut) frames[count + inherited - 1] |= kLastFrame;
  return count + inherited;
}

// With `leaf`, the innermost frame is not part of the site.
uint32_t SiteOf(const Registers& registers, Scratch* scratch, SiteFrame* leaf) {
  AskForV8Code();
  Stack& stack = scratch->stack;
  Unwind(registers, TopOf(registers.stack), &stack);
  // Frames are told by the address behind the instruction, as that of a call is.
  if (leaf != nullptr && stack.count > 0) ++stack.frames[0].pc;
  size_t first = 0;
  while (first < stack.count && own_code.Has(stack.frames[first].pc)) ++first;
  uint32_t count = 0;
  bool is_whole = stack.end == Stack::End::kOutermost;
  JsFrames js(stack, first, registers);
  for (size_t index = first; index < stack.count; ++index) {
    uint32_t function;
    const Frame& frame = stack.frames[index];
    // Code without tables that no module has, such as what libraries compile for themselves, may use rbp
    // for anything. Where that led to no address, nothing beyond is a frame.
    if (frame.pc >> kModuleShift != 0) {
      is_whole = false;
      break;
    }
    // One hook may have called another.
    if (own_code.Has(frame.pc)) continue;
    scratch->frames[count++] = js.Find(index, &function)
                                   ? (frame.is_guess ? kGuessedFrame : 0) | JsFrame(function)
                                   : FrameOf(frame);
  }
  if (count > 0 && !is_whole) scratch->frames[count - 1] |= kLastFrame;
  const uint32_t skipped = leaf != nullptr && count > 0 ? 1 : 0;
  if (skipped != 0) *leaf = scratch->frames[0];
  const SiteFrame* const frames = scratch->frames + skipped;
  const uint32_t stage = RunningStage();
  const Origin origin = stage == kUnknownStage ? CurrentOrigin() : OriginOfCallback(stage);
  if (!origin.IsKnown()) return FindSite(frames, count - skipped, stage);
  count = AddInherited(origin, scratch->frames, count);
  return FindSite(frames, count - skipped, origin.stage);
}

// Between the two counts no module is unloaded: either this sees that one is about to be, or whoever
// unloads sees this.
uint32_t SiteWhileLoaded(const Registers& registers, SiteFrame* leaf) {
  uint32_t site = kUnknownSite;
  walking.fetch_add(1, std::memory_order_seq_cst);
  if (unloading.load(std::memory_order_seq_cst) == 0) {
    Scratch* const scratch = TakeScratch();
    if (scratch != nullptr) {
      site = SiteOf(registers, scratch, leaf);
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
    stacks_missing = "stacks are taken on x86-64 and arm64 alone";
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
  if (KnowsRange(registers.stack) && HasRoom(registers.stack)) {
    site = SiteWhileLoaded(registers, nullptr);
  }
  thread.is_taking = false;
  return site;
}

uint32_t TakeInterruptedSite(const Registers& registers, SiteFrame* leaf) {
  ThreadStack& thread = thread_stack;
  *leaf = 0;
  if (thread.is_taking || IsAddingModules()) return kUnknownSite;
  thread.is_taking = true;
  const uint32_t site =
      KnowsRange(registers.stack) ? SiteWhileLoaded(registers, leaf) : kUnknownSite;
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
