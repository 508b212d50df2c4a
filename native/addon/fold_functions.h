#ifndef STAGEPROF_ADDON_FOLD_FUNCTIONS_H_
#define STAGEPROF_ADDON_FOLD_FUNCTIONS_H_

#include <node_api.h>

namespace stageprof {

// The functions of a fold as JS has it; src/model/fold.ts says what each does. The data of each is
// the SamplerHandle. Those that run at the ends of calls take two numbers at most.
struct FoldFunction {
  const char* name;
  napi_callback callback;
};

constexpr size_t kFoldFunctionCount = 11;
extern const FoldFunction kFoldFunctions[kFoldFunctionCount];

}  // namespace stageprof

#endif  // STAGEPROF_ADDON_FOLD_FUNCTIONS_H_
