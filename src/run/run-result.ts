import { renderModules } from '../render/module-table.js';
import { renderProcesses } from '../render/process-table.js';
import { renderTableOf } from '../render/table.js';
import { viewOf } from '../render/view.js';
import { say } from '../terminal/say.js';
import { layoutOf } from '../terminal/terminal.js';
import { counted } from '../text/format.js';
import type { FinishedRun } from './finished-run.js';
import type { GatheredReports } from './gathered-reports.js';
import { renderOsComparison } from './os-comparison-table.js';

/** Prints what a run has measured, and what it has not, to stderr: stdout belongs to the program. */
export function printRun(
  { report, counted: processes, launchers, recovered, lost, skipped }: GatheredReports,
  { noReport, ...run }: FinishedRun & { readonly noReport: string | null },
): void {
  for (const reason of skipped) say(reason);
  if (recovered > 0) {
    const [who, whose] =
      recovered === 1
        ? ['1 node process was killed or still runs', 'its']
        : [`${recovered} node processes were killed or still run`, 'their'];
    say(`${who}: ${whose} numbers go up to the last reading, of which there are ten a second`);
  }
  if (lost > 0) {
    say(`${counted(lost, 'node process', 'node processes')} left no report: killed, or not ended yet`);
  }
  const { stages } = report;
  if (processes === 0 && lost === 0) say(noReport === null ? NO_REPORT : `${NO_REPORT}; ${noReport}`);
  else if (stages.length === 0 && lost === 0) say(NO_STAGE);

  const { stderr } = process;
  const options = layoutOf(stderr);
  const started = launchers === 0 ? '' : `, started by ${counted(launchers, 'launcher')}`;
  const heading = `${counted(processes, 'node process', 'node processes')}${started}\n\n`;
  const view = viewOf(report);
  const tables = processes === 0 ? [] : [`${heading}${renderTableOf(view, options)}`, renderModules(view, options)];
  const shown = [...tables, renderProcesses(view, options), renderOsComparison(run, options)].filter(
    (table) => table !== undefined,
  );
  stderr.write(`\n${shown.join('\n')}`);
}

const NO_REPORT = 'no node process left a report: there is the account of the OS alone';

const NO_STAGE =
  "no stage was opened: wrap what you want to know in activeProfiler().stage('name', fn), see docs/use.md";
