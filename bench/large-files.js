// Files that contenders read. The first trial that needs a file makes it, the other trials of the run share it, and the
// end of the run removes it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Trials are processes of their own and find the folder by this variable. */
const VARIABLE = 'STAGEPROF_BENCH_FILES';

/** Call it once per run, before the first trial. The files of an interrupted run are removed too. */
export function openLargeFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-bench-files-'));
  process.env[VARIABLE] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
}

/** The path of a file of this run, whether or not it exists. */
export function largeFile(name) {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error(`${VARIABLE} is not set: start trials by "npm run bench"`);
  return join(folder, name);
}
