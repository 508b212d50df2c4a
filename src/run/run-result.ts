import { renderModules } from '../render/module-table.js';
import { renderOutlived } from '../render/outlived-table.js';
import { renderProcesses } from '../render/process-table.js';
import { renderStacks } from '../render/stack-words.js';
import { renderTableOf } from '../render/table.js';
import { viewOf } from '../render/view.js';
import type { LeftStacks } from '../stacks/left-stacks.js';
import { say } from '../terminal/say.js';
import { layoutOf, type Shown } from '../terminal/terminal.js';
import { counted } from '../text/format.js';
import type { Layout } from '../text/layout.js';
import type { GatheredReports } from './gathered-reports.js';
import { renderOsComparison } from './os-comparison-table.js';
import type { ProfiledRun } from './profiled-run.js';
import { sayLeftOut } from './stacks-file.js';

/** Prints what a run has measured, and what it has not, to stderr: stdout belongs to the program. */
export function printRun(run: ProfiledRun, shown: Shown): void {
  const { gathered, finished, stacks, noReport } = run;
  const { report, counted: processes, launchers } = gathered;
  sayWhatIsMissing(run);
  const advice = adviceOn(gathered, noReport);
  if (advice !== null) say(advice);
  const { stderr } = process;
  const options = layoutOf(stderr, shown);
  const started = launchers === 0 ? '' : `, started by ${counted(launchers, 'launcher')}`;
  const heading = `${counted(processes, 'node process', 'node processes')}${started}\n\n`;
  const view = viewOf(report, { columns: shown.columns });
  const tables = processes === 0 ? [] : [`${heading}${renderTableOf(view, options)}`, renderModules(view, options)];
  const parts = [
    ...tables,
    ...(stacks === null ? [] : stackParts(stacks, options)),
    renderProcesses(view, options),
    renderOsComparison(finished, options),
  ].filter((table) => table !== undefined);
  stderr.write(`\n${parts.join('\n')}`);
}

function stackParts({ profile, outlived }: LeftStacks, options: Layout): readonly (string | undefined)[] {
  try {
    return [renderStacks(profile, options), renderOutlived(outlived, options)];
  } catch (error) {
    sayLeftOut(error);
    return [];
  }
}

/** What a table does not show. */
export function sayWhatIsMissing({ gathered: { recovered, lost, skipped }, samplesCpu }: ProfiledRun): void {
  for (const reason of skipped) say(reason);
  if (recovered > 0) {
    const [who, whose] =
      recovered === 1
        ? ['1 node process was killed or still runs', 'its']
        : [`${recovered} node processes were killed or still run`, 'their'];
    const stacks = samplesCpu
      ? `; ${whose} CPU stacks lack what came last: up to 5 s, or longer where they are many`
      : '';
    say(`${who}: ${whose} numbers go up to the last reading, of which there are ten a second${stacks}`);
  }
  if (lost > 0) {
    say(`${counted(lost, 'node process', 'node processes')} left no report: killed, or not ended yet`);
  }
}

/** What to change in the program, or in how it is started, so that more is measured; null where there is nothing. */
export function adviceOn(
  { report, counted: processes, lost }: GatheredReports,
  noReport: string | null,
): string | null {
  if (lost > 0) return null;
  if (processes === 0) return noReport === null ? NO_REPORT : `${NO_REPORT}; ${noReport}`;
  return report.stages.length === 0 ? NO_STAGE : null;
}

const NO_REPORT = 'no node process left a report: there is the account of the OS alone';

const NO_STAGE =
  "no stage was opened: wrap what you want to know in activeProfiler().stage('name', fn), see docs/use.md";
