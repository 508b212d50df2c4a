#ifndef STAGEPROF_ADDON_STACK_FUNCTIONS_H_
#define STAGEPROF_ADDON_STACK_FUNCTIONS_H_

#include <node_api.h>

namespace stageprof {

// What the exports do with the stacks that the tracker takes. Each requires that the tracker takes
// some, or does nothing.

// sitesMissing(): why no native stacks are taken; null where they are
napi_value SitesMissing(napi_env env, napi_callback_info info);
// sitesKeep(path): moves the tables to a new file; 0 or an errno
napi_value SitesKeep(napi_env env, napi_callback_info info);
// sitesRead(): a copy of the tables, an ArrayBuffer; null without them
napi_value SitesRead(napi_env env, napi_callback_info info);
// sitesBegin(): what is live at any time is told, also after sitesEnd
napi_value SitesBegin(napi_env env, napi_callback_info info);
// sitesEnd(): what is live now is told as live at the end
napi_value SitesEnd(napi_env env, napi_callback_info info);
// threadStacksStart(hz): from now on the CPU of threads that run no JS is sampled; null, or why not
napi_value ThreadStacksStart(napi_env env, napi_callback_info info);
// threadStacksStop(): ends that
napi_value ThreadStacksStop(napi_env env, napi_callback_info info);
// threadStacksRead(): { missing, signal, failed, blocked }; null without a tracker
napi_value ThreadStacksRead(napi_env env, napi_callback_info info);
// stageOpenings(): memory of the process, in which JS writes when a call of a stage was last opened
// (CLOCK_MONOTONIC, ns), by the number of the stage; null where there is none
napi_value StageOpenings(napi_env env, napi_callback_info info);
// stackStageFind(thread, label): the number of the stage, for the word
napi_value StackStageFind(napi_env env, napi_callback_info info);
// stackStageWord(word: Uint32Array): from now on its first element tells which stage runs on this
// thread. Any other value ends that.
napi_value StackStageWord(napi_env env, napi_callback_info info);

// To be called on a thread whose environment ends.
void ForgetStackStageWord();

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_STACK_FUNCTIONS_H_
