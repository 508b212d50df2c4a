import { dateNow, timeOriginMs } from '../host/clock.js';
import { existsSync, join, lstatSync, rmdirSync } from '../host/files.js';
import { Math } from '../host/intrinsics.js';
import { processId, tmpdir, userId } from '../host/process.js';
import type { Report } from '../model/report.js';
import { namesIn } from '../os/read-if-possible.js';
import { SHARED_MEMORY } from '../os/shared-memory.js';
import { removeThreads, withThreads } from '../recorder/thread-recorders.js';
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
  const parents = [tmpdir(), SHARED_MEMORY];
  const folders = parents.map((folder) => join(folder, `${PREFIX}${name}`));
  const room = threadRoom();
  profileThreads({ folders, name, profiler: {}, makesFolder: true, room });
  return (report) => {
    const whole = withThreads(report, folders, name);
    removeThreads(folders, name);
    for (const folder of folders) removeFolder(folder);
    if (whole !== report) for (const parent of parents) removeLeft(parent);
    return { ...whole, warnings: [...whole.warnings, ...takeRoomWarnings(room)] };
  };
}

const PREFIX = 'stageprof-threads-';

/** Time to inspect the recorders of a process that was killed. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** Removes the folders of processes of this user that were killed more than a day ago. What cannot be removed stays. */
function removeLeft(parent: string): void {
  for (const folder of namesIn(parent)) {
    const [, name, pid] = LEFT.exec(folder) ?? [];
    if (name === undefined || existsSync(`/proc/${pid}`)) continue;
    const path = join(parent, folder);
    try {
      const { mtimeMs, uid } = lstatSync(path);
      if (uid !== userId?.() || dateNow() - mtimeMs < KEPT_MS) continue;
    } catch {
      continue;
    }
    removeThreads([path], name);
    removeFolder(path);
  }
}

const LEFT = /^stageprof-threads-((\d+)-\d+)$/;

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // No thread has made it, or a thread is using it.
  }
}
