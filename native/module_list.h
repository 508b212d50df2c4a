#ifndef STAGEPROF_MODULE_LIST_H_
#define STAGEPROF_MODULE_LIST_H_

#include <node_api.h>

#include "tracker_client.h"

namespace stageprof {

// The paths of the modules that the tracker knows, as modulesRead() returns them; null when Node-API
// refuses. Only with a tracker.
napi_value MakeModuleList(napi_env env, TrackerClient* tracker);

}  // namespace stageprof

#endif  // STAGEPROF_MODULE_LIST_H_
