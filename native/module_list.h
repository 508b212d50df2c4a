#ifndef STAGEPROF_MODULE_LIST_H_
#define STAGEPROF_MODULE_LIST_H_

#include <node_api.h>

#include "tracker_client.h"

namespace stageprof {

// What the tracker knows of each module, as modulesRead() returns it; null when Node-API refuses.
// Only with a tracker.
napi_value MakeModuleList(napi_env env, TrackerClient* tracker, bool with_resident);

}  // namespace stageprof

#endif  // STAGEPROF_MODULE_LIST_H_
