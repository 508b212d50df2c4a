import type { Report } from '../model/report.js';
import { EXIT_DONE } from '../os/exit-status.js';
import { PageFile } from '../page/write-page.js';
import { renderTable } from '../render/table.js';
import { ReportMerger } from '../report/merge.js';
import { mergeProfile } from '../stacks/merge-profile.js';
import { StackProfile } from '../stacks/stack-profile.js';
import { say } from '../terminal/say.js';
import { layoutOf } from '../terminal/terminal.js';
import { counted, duration, inline, NOTHING, size } from '../text/format.js';
import { leaveReports } from './leave-report.js';
import { type ProfiledRun, type RunPlan, runProfiled } from './profiled-run.js';
import { ReportFile } from './report-file.js';
import type { RunOutput } from './run-once.js';
import { adviceOn, sayWhatIsMissing } from './run-result.js';
import { leaveProfile, sayLeftOut } from './stacks-file.js';

/** A line of the file: a record of its own, since each run is an observation. It has no input. */
interface RunRecord {
  /** From 1. */
  readonly run: number;
  readonly profile: Report;
}

/**
 * Runs a program several times, one after another, and prints the sums of all. A run that fails is the last, and is in
 * no sum.
 *
 * @returns 0, or the exit code of the run that failed
 * @throws {SetupError} as `runOnce` does
 */
export async function runRepeated(
  plan: RunPlan,
  count: number,
  { out, html, shown }: RunOutput & { readonly out: string },
): Promise<number> {
  const file = new ReportFile(out);
  const page = html === undefined ? undefined : new PageFile(html, { '--out': out });
  const records: RunRecord[] = [];
  const sums = new ReportMerger();
  const stacks = new StackProfile();
  let exitCode = EXIT_DONE;
  let advised: string | null = null;
  for (let run = 1; run <= count && exitCode === EXIT_DONE; run++) {
    exitCode = await runProfiled(plan, (ended) => {
      say(`run ${run} of ${count}: ${runText(ended)}`);
      if (ended.exitCode !== EXIT_DONE) return;
      sayWhatIsMissing(ended);
      const advice = adviceOn(ended.gathered, ended.noReport);
      // The advice is about the program, so it is said once for all of its runs.
      if (advice !== null && advice !== advised) say(advice);
      advised = advice ?? advised;
      const { report } = ended.gathered;
      records.push({ run, profile: report });
      // After each run, since the machine may not stay for all of them.
      leaveReports(file, records, { free: ended.free, say });
      sums.add(report);
      if (ended.stacks !== null) addStacks(stacks, ended.stacks.profile);
    });
  }
  if (exitCode !== EXIT_DONE) say(`no further run after exit code ${exitCode}`);
  if (stacks.rows.length > 0) await leaveProfile(out, process.pid, stacks);
  if (records.length > 0) {
    const { stderr } = process;
    const report = sums.result();
    const table = renderTable(report, layoutOf(stderr, shown));
    stderr.write(`\n${counted(records.length, 'run')}\n\n${table}`);
    if (page !== undefined) {
      const { repeatedContent } = await import('./run-page.js');
      const runs = { count: records.length, report, stacks, exitCode };
      page.leave(() => repeatedContent(plan, runs, shown));
    }
  }
  return exitCode;
}

function addStacks(stacks: StackProfile, more: StackProfile): void {
  try {
    mergeProfile(stacks, more);
  } catch (error) {
    sayLeftOut(error);
  }
}

function runText({ gathered: { report }, finished: { wallS } }: ProfiledRun): string {
  const { total_cpu_s: cpuS, rss_kb_peak: peakKib } = report;
  const cpu = inline(cpuS === null ? NOTHING : duration(cpuS));
  const peak = inline(peakKib === null ? NOTHING : size(peakKib));
  return `${inline(duration(wallS))}, cpu ${cpu}, rss peak ${peak}`;
}
