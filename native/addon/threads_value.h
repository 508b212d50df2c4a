#ifndef STAGEPROF_ADDON_THREADS_VALUE_H_
#define STAGEPROF_ADDON_THREADS_VALUE_H_

#include <node_api.h>

namespace stageprof {

// The list of threads as JavaScript sees it. Both are functions of the addon's table.

// threadsRead(): { failure, processBeforeNs, processAfterNs, threads, endedJs }; see ThreadsReading
// in src/native/addon.ts
napi_value ThreadsRead(napi_env env, napi_callback_info info);
// threadClocksRead(): the same, without what distinguishes the threads
napi_value ThreadClocksRead(napi_env env, napi_callback_info info);

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_THREADS_VALUE_H_
