#ifndef STAGEPROF_ADDON_ATTACH_FUNCTIONS_H_
#define STAGEPROF_ADDON_ATTACH_FUNCTIONS_H_

#include <node_api.h>

// What `stageprof attach` needs in a process that was not started under stageprof.

namespace stageprof {

// trackerAttach(path, rate): loads the tracker and has it ready; null, or why that is not possible
napi_value TrackerAttach(napi_env env, napi_callback_info info);
// trackerRebind(): { rebound, restored, modules }; from now on all modules that are loaded are counted
napi_value TrackerRebind(napi_env env, napi_callback_info info);
// trackerDetach(): the same, when nothing is counted any more
napi_value TrackerDetach(napi_env env, napi_callback_info info);
// trackerRead(): { allocatedBytes, allocatedBlocks, freedBytes, freedBlocks, modules: [{ name,
// allocatedBytes, heldBytes, mappedBytes }] }, all since the tracker was loaded
napi_value TrackerRead(napi_env env, napi_callback_info info);
// trackerStacks(): a copy of the tables of stacks; null where there are none, undefined without memory
napi_value TrackerStacks(napi_env env, napi_callback_info info);
// sourcesClose(): the descriptors of this environment's sources, unless a sampler is open
napi_value SourcesClose(napi_env env, napi_callback_info info);

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_ATTACH_FUNCTIONS_H_
