import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recorderError } from '../model/errors.js';
import { childrenReader } from '../os/process-children.js';
import { namesIn } from '../os/read-if-possible.js';
import { withFile } from './file-bytes.js';
import { MAGIC } from './format.js';
import { pidOfName, recorderFolders } from './recorder-folder.js';
import { isThreadRecorder } from './thread-recorders.js';

/**
 * The recorder of a process: a file that it has mapped and that begins as a recorder, wherever that file is. Otherwise
 * the newest recorder of its id in the folders of recorders.
 *
 * @throws {Error} `ERR_STAGEPROF_RECORDER` where there is none
 */
export function findRecorder(pid: number): string {
  const mapped = mappedFiles(pid);
  const recorders = mapped?.filter(isRecorder) ?? [];
  const found = recorders.find((path) => !isThreadRecorder(path)) ?? recorders[0] ?? newestOf(pid);
  if (found !== undefined) return found;
  if (mapped === undefined) {
    const state = existsSync(`/proc/${pid}`)
      ? `process ${pid} is not yours to look into`
      : `there is no process ${pid}`;
    throw recorderError(`${state}, and no recorder of it in ${recorderFolders().join(' or ')}`);
  }
  // Under `run` that is the program, under `map` the workers.
  const children = childrenReader()(pid).filter((child) => mappedFiles(child)?.some(isRecorder));
  const none = `process ${pid} has no recorder`;
  if (children.length === 0) {
    throw recorderError(
      `${none}: it needs stageprof run, map --profile or the "recorder" option; stageprof attach ${pid} looks into one that has none`,
    );
  }
  throw recorderError(
    children.length === 1
      ? `${none}, but its child has: give ${children[0]}`
      : `${none}, but its children have: give one of ${children.join(', ')}`,
  );
}

/** Undefined where /proc does not tell: the process has ended, or belongs to another user. */
function mappedFiles(pid: number): string[] | undefined {
  try {
    const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
    // Shared and writable mappings. The path is the rest of the line; that of a removed file ends in " (deleted)".
    const paths = lines.flatMap((line) => /^\S+ rw-s \S+ \S+ \d+ +(\/.*)$/.exec(line)?.[1] ?? []);
    return [...new Set(paths)];
  } catch {
    return undefined;
  }
}

function isRecorder(path: string): boolean {
  try {
    return withFile(path, (file) => file.read(0, MAGIC.length).toString('latin1') === MAGIC);
  } catch {
    return false;
  }
}

function newestOf(pid: number): string | undefined {
  // Names of one process id sort by the start of the process, which has 13 digits.
  return recorderFolders()
    .flatMap((folder) => namesIn(folder).map((name) => ({ folder, name })))
    .filter(({ name }) => pidOfName(name) === pid)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ folder, name }) => join(folder, name))
    .findLast(isRecorder);
}
