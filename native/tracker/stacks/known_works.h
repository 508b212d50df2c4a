#ifndef STAGEPROF_TRACKER_STACKS_KNOWN_WORKS_H_
#define STAGEPROF_TRACKER_STACKS_KNOWN_WORKS_H_

#include <stdint.h>

#include <atomic>

#include "origins.h"

namespace stageprof_tracker {

// A piece of work that an addon has made, with what the addon asked to be called.
struct KnownWork {
  std::atomic<bool> is_taken;
  Origin origin;
  void* execute;
  void* complete;
  void* data;
};

// A table without locks. The thread that makes a piece of work, queues it and deletes it is one, and
// libuv's queue orders what it writes before what the pool reads.

// Null where there is no room.
KnownWork* TakeWork();
// The entry keeps its contents until it is taken again.
void GiveWorkBack(KnownWork* work);
// Null for an address that is not that of an entry.
KnownWork* WorkAt(void* address);
// The number of the entry, from 1 on.
uint16_t RunOf(const KnownWork* work);

// Finds the entry by the host's name for the work from then on. False where there is no room. An entry
// that another piece of work had at the same address is given back: that work is gone.
bool PutWork(const void* host, KnownWork* work);
KnownWork* FindWork(const void* host);
// Takes it out of the table, and does not give it back. Null where it is not there.
KnownWork* RemoveWork(const void* host);

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_KNOWN_WORKS_H_
