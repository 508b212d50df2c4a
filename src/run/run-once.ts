import { withFindings } from '../findings/reported.js';
import { PageFile } from '../page/write-page.js';
import { say } from '../terminal/say.js';
import type { Shown } from '../terminal/terminal.js';
import { leaveReports } from './leave-report.js';
import { type RunPlan, runProfiled } from './profiled-run.js';
import { ReportFile } from './report-file.js';
import { printRun } from './run-result.js';
import { leaveProfile } from './stacks-file.js';

export interface RunOutput {
  /** File that reports are written to as well; undefined for none. */
  readonly out: string | undefined;
  /** File that the page is written to; undefined for none. */
  readonly html: string | undefined;
  /** How the tables are shown. */
  readonly shown: Shown;
}

/**
 * Runs a program with its stages profiled, and prints what was measured when it has ended.
 *
 * @returns the exit code of the program, whether or not the report can be written
 * @throws {SetupError} before the program is started, where the report could not be written, or no folder can be made
 */
export function runOnce(plan: RunPlan, { out, html, shown }: RunOutput): Promise<number> {
  const page = html === undefined ? undefined : new PageFile(html, { '--out': out });
  const file = out === undefined ? undefined : new ReportFile(out);
  return runProfiled(plan, async (run) => {
    // First, so that it is there whatever becomes of the rest.
    if (file !== undefined) leaveReports(file, [withFindings(run.gathered.report)], { free: run.free, say });
    printRun(run, shown);
    if (run.stacks !== null) await leaveProfile(out, run.pid, run.stacks.profile);
    if (page === undefined) return;
    // Loaded by those who want a page alone: it takes other commands' rooms with it.
    const { runContent } = await import('./run-page.js');
    page.leave(() => runContent(plan, run, shown));
  });
}
