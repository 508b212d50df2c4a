/**
 * `node --import stageprof/register app.js`: installs the active profiler before the program starts. When the
 * program ends, the table goes to stderr, or the report as JSON to the file that STAGEPROF_OUT names.
 * Worker threads keep the `nullProfiler`. Under `stageprof run` it does nothing: that has installed its own.
 */
import { hasActiveProfiler, installProfiler } from './active.js';
import { environment, isMainThread } from './host/process.js';
import { leaveReport, say } from './left-report.js';
import { atProgramEnd } from './program-end.js';
import { renderTable } from './render/table.js';
import { StageProfiler } from './stage-profiler.js';

if (isMainThread && !hasActiveProfiler()) install(new StageProfiler());

function install(profiler: StageProfiler): void {
  installProfiler(profiler);
  atProgramEnd(() => {
    try {
      profiler.close();
      const report = profiler.report();
      const out = environment.STAGEPROF_OUT;
      if (out === undefined || out === '') say(renderTable(report));
      else leaveReport(report, out);
    } catch (error) {
      // A report that cannot be made must not change how the program ends.
      say(`stageprof: no report: ${error}`);
    }
  });
}
