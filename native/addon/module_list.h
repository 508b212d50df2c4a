#ifndef STAGEPROF_ADDON_MODULE_LIST_H_
#define STAGEPROF_ADDON_MODULE_LIST_H_

#include <node_api.h>

#include "../sources/tracker_client.h"

namespace stageprof {

// The paths of the modules that the tracker knows, as modulesRead() returns them; null when
// Node-API refuses. Requires the tracker.
napi_value MakeModuleList(napi_env env, TrackerClient* tracker);

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_MODULE_LIST_H_
