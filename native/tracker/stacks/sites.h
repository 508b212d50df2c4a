#ifndef STAGEPROF_TRACKER_STACKS_SITES_H_
#define STAGEPROF_TRACKER_STACKS_SITES_H_

#include <stddef.h>
#include <stdint.h>

namespace stageprof_tracker {

// A site is a stack in a stage: what a sampled block is charged to. Sites only come: a program has
// some thousand. No function takes a lock, calls malloc or changes errno.

// What a frame of a site is. A frame of a module keeps its meaning when the module is unloaded.
//   bit 63      it stands on the stack, and nothing more is known to say that it was called
//   bit 62      the outermost one that was found; who called it is not known
//   bits 48-61  the number of a module, kJsModule, kInheritedModule, or 0
//   bits 0-47   the return address as it is in the module's file; for kJsModule the number of a
//               function (js_functions.h); or the address in memory, where no module has it
// kInheritedModule is no frame: those behind it are of the stack that queued the work.
using SiteFrame = uint64_t;
constexpr SiteFrame kGuessedFrame = uint64_t{1} << 63;
constexpr SiteFrame kLastFrame = uint64_t{1} << 62;
constexpr int kModuleShift = 48;
constexpr uint64_t kJsModule = 0x3FFF;

constexpr uint64_t kInheritedModule = 0x3FFE;
constexpr SiteFrame kInheritedFrames = kInheritedModule << kModuleShift;

constexpr SiteFrame JsFrame(uint32_t function) {
  return (kJsModule << kModuleShift) | function;
}

// What the sampled blocks of a site stand for.
struct SiteCounts {
  uint64_t allocated_blocks;
  uint64_t allocated_bytes;
  int64_t live_blocks;
  int64_t live_bytes;
  int64_t peak_bytes;  // live_bytes when those of all sites together were highest
};

struct Site {
  const SiteFrame* frames;  // innermost first
  uint32_t count;
  uint32_t stage;
  SiteCounts counts;
};

// Blocks without a stack: there was no room for one, or it could not be taken.
constexpr uint32_t kUnknownSite = 0;

// Called while there is one thread, after OpenStackTables.
void OpenSites();
// The site of a stack, which is new or not.
uint32_t FindSite(const SiteFrame* frames, uint32_t count, uint32_t stage);
// A sampled block is born, dies, or is there after all: its realloc has failed.
void AddToSite(uint32_t site, uint64_t bytes, uint64_t blocks);
void RemoveFromSite(uint32_t site, uint64_t bytes, uint64_t blocks);
void RestoreToSite(uint32_t site, uint64_t bytes, uint64_t blocks);
// Notes what is live now as what is live at the end, before the teardown frees it. The last time
// counts. Not for hooks.
void NoteEnd();
// What was noted is no longer the end: somebody reads what is live again.
void ForgetEnd();

// Has all sites count from zero. Called while no hook is reached.
void ForgetSiteCounts();

// False from the first number on that no site has. Sites in between may have no frames yet.
bool ReadSite(uint32_t site, Site* read);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_SITES_H_
