#include "open_calls.h"

#include <stdlib.h>

namespace stageprof {

OpenCalls::~OpenCalls() {
  free(calls_);
}

bool OpenCalls::Add(uint32_t position, double* cells) {
  if (position > size_) return false;
  if (position < size_) {
    calls_[position].cells = cells;
    return true;
  }
  if (size_ == capacity_) {
    const size_t capacity = capacity_ == 0 ? 16 : 2 * capacity_;
    auto* const calls = static_cast<Call*>(realloc(calls_, capacity * sizeof(Call)));
    if (calls == nullptr) return false;
    calls_ = calls;
    capacity_ = capacity;
  }
  calls_[size_++] = {cells, 0, kNone, kNone};
  return true;
}

void OpenCalls::Open(uint32_t position) {
  // Its opening failed in JS, and nothing has told.
  if (IsOpen(position)) Close(position);
  Call& call = calls_[position];
  call.moment = ++entered_;
  call.older = newest_;
  call.newer = kNone;
  if (newest_ != kNone) calls_[newest_].newer = position;
  newest_ = position;
  ++open_count_;
}

void OpenCalls::Close(uint32_t position) {
  Call& call = calls_[position];
  call.moment = 0;
  if (call.older != kNone) calls_[call.older].newer = call.newer;
  if (call.newer != kNone) {
    calls_[call.newer].older = call.older;
  } else {
    newest_ = call.older;
  }
  --open_count_;
}

void OpenCalls::ReadMoments(double* moments) const {
  size_t left = open_count_;
  for (uint32_t at = newest_; at != kNone; at = calls_[at].older)
    moments[--left] = calls_[at].moment;
}

}  // namespace stageprof
