// Preloaded beside the tracker: prints JSON about its sites when the process ends.
#include <dlfcn.h>
#include <stdio.h>

#include "abi.h"

__attribute__((destructor)) static void tell(void) {
  const StageprofTracker* tracker = dlsym(RTLD_DEFAULT, STAGEPROF_TRACKER_SYMBOL);
  StageprofTrackerSite site;
  unsigned sites = 0;
  unsigned whole = 0;
  unsigned long frames = 0;
  unsigned long guesses = 0;
  for (uint32_t index = 1; tracker != NULL && tracker->read_site(index, &site) == 0; ++index) {
    if (site.frames_count == 0) continue;
    ++sites;
    whole += (site.frames[site.frames_count - 1] >> 62 & 1) == 0;
    frames += site.frames_count;
    for (uint32_t at = 0; at < site.frames_count; ++at) guesses += site.frames[at] >> 63;
  }
  fprintf(stderr, "{\"sites\":%u,\"whole\":%u,\"frames\":%lu,\"guesses\":%lu}\n", sites, whole,
          frames, guesses);
}
