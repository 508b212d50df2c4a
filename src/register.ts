/**
 * `node --import stageprof/register app.js` installs the active profiler before the program starts. When the program
 * ends, the table goes to stderr, or the report as JSON to the file that STAGEPROF_OUT names. Worker threads have
 * profilers of their own, whose rows are added. Under `stageprof run`, which installs a profiler of its own, this does nothing.
 */

import { resolve } from './host/files.js';
import { environment, isMainThread } from './host/process.js';
import { hasActiveProfiler, installProfiler } from './profiler/active.js';
import { atProgramEnd } from './profiler/program-end.js';
import { registerThreads } from './profiler/register-threads.js';
import { leaveReport, say } from './profiler/report-at-exit.js';
import { StageProfiler } from './profiler/stage-profiler.js';
import { renderTable } from './render/table.js';
import { widthElsewhere } from './text/layout.js';

if (isMainThread && !hasActiveProfiler()) install(new StageProfiler());

function install(profiler: StageProfiler): void {
  installProfiler(profiler);
  const withThreads = registerThreads();
  // The program may go to another folder.
  const named = environment.STAGEPROF_OUT ?? '';
  const out = named === '' ? null : resolve(named);
  atProgramEnd(() => {
    try {
      profiler.close();
      const report = withThreads(profiler.report());
      // To ask process.stderr for its width would make the stream, which the program may never have touched.
      if (out === null) say(renderTable(report, { width: widthElsewhere(environment.COLUMNS) }));
      else leaveReport(report, out);
    } catch (error) {
      // A report that cannot be made must not change how the program ends.
      say(`stageprof: no report: ${error}`);
    }
  });
}
