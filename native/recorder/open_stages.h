#ifndef STAGEPROF_RECORDER_OPEN_STAGES_H_
#define STAGEPROF_RECORDER_OPEN_STAGES_H_

#include "recorder_layout.h"

namespace stageprof {

// Writes into a point of the timeline which stages are open now, by the calls in the file. The JS
// thread writes these meanwhile: each cell is read once, and a stage that opens or closes in between
// may be seen or not.
void ReadOpenStages(const unsigned char* memory, const double* positions, double* point);

}  // namespace stageprof

#endif  // STAGEPROF_RECORDER_OPEN_STAGES_H_
