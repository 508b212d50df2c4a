import { timeOriginMs } from '../host/clock.js';
import { join, rmdirSync } from '../host/files.js';
import { Math } from '../host/intrinsics.js';
import { processId, tmpdir } from '../host/process.js';
import type { Report } from '../model/report.js';
import { SHARED_MEMORY } from '../os/shared-memory.js';
import { removeThreads, withThreads } from '../recorder/thread-recorders.js';
import { threadCostOf } from './thread-cost.js';
import { profileThreads } from './thread-profiler.js';
import { takeRoomWarnings, threadRoom } from './thread-room.js';

/**
 * Gives the worker threads of this process profilers, without `stageprof run` around it. Their recorders are in a folder
 * that the first thread makes.
 *
 * @returns adds to the report of the main thread what they recorded, and removes the folder; to be called once
 */
export function registerThreads(): (report: Report) => Report {
  const name = `${processId}-${Math.round(timeOriginMs)}`;
  const folders = [tmpdir(), SHARED_MEMORY].map((folder) => join(folder, `stageprof-threads-${name}`));
  const room = threadRoom();
  profileThreads({ folders, name, profiler: {}, makesFolder: true, room });
  return (report) => {
    const whole = withThreads(report, folders, name, () => threadCostOf({}));
    removeThreads(folders, name);
    for (const folder of folders) removeFolder(folder);
    return { ...whole, warnings: [...whole.warnings, ...takeRoomWarnings(room)] };
  };
}

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // No thread has made it, or a thread is using it.
  }
}
