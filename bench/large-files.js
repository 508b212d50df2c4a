// Files that contenders read: made by the first trial that needs them, shared by the others of a run, gone after it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where trials find the folder: they are processes of their own. */
const VARIABLE = 'STAGEPROF_BENCH_FILES';

/** To be called once a run, before its first trial. Also what an interrupted run has made is removed. */
export function openLargeFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-bench-files-'));
  process.env[VARIABLE] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
}

/** The path of a file of this run, there or not. */
export function largeFile(name) {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error(`${VARIABLE} is not set: start trials by "npm run bench"`);
  return join(folder, name);
}
