/**
 * `node --import stageprof/register app.js`: installs the active profiler before the program starts. When the
 * program ends, the table goes to stderr, or the report as JSON to the file that STAGEPROF_OUT names.
 * Worker threads keep the `nullProfiler`. Under `stageprof run` it does nothing: that has installed its own.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { hasActiveProfiler, installProfiler } from './active.js';
import { renderTable } from './report/table.js';
import { StageProfiler } from './stage-profiler.js';

// As long as it is JSON's own: a program may put another in its place.
const { stringify } = JSON;

if (isMainThread && !hasActiveProfiler()) install(new StageProfiler());

function install(profiler: StageProfiler): void {
  installProfiler(profiler);
  process.on('exit', () => {
    profiler.close();
    const report = profiler.report();
    const out = process.env.STAGEPROF_OUT;
    if (out === undefined || out === '') process.stderr.write(`${renderTable(report)}\n`);
    else writeReport(out, `${stringify(report)}\n`);
  });
}

/** A report that cannot be written must not change how the program ends. */
function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    process.stderr.write(`stageprof: cannot write the report to ${path}: ${(error as Error).message}\n`);
  }
}
