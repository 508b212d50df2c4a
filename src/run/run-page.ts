import type { Report } from '../model/report.js';
import { programContent } from '../page/run-content.js';
import { timelineParts } from '../page/timeline-part.js';
import type { PageContent } from '../page/write-page.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import type { Shown } from '../terminal/terminal.js';
import { counted } from '../text/format.js';
import { osNotes } from './os-comparison.js';
import type { ProfiledRun, RunPlan } from './profiled-run.js';

/** The page of a run. */
export function runContent(plan: RunPlan, run: ProfiledRun, { columns }: Shown): PageContent {
  return programContent({
    command: 'run',
    title: commandOf(plan),
    report: run.gathered.report,
    stacks: run.stacks?.profile ?? null,
    timelines: timelineParts(run.gathered.recorded),
    notes: osNotes(run.finished),
    exit: run.exitCode,
    atMs: Date.now(),
    columns,
  });
}

/** What several runs of one program came to. */
export interface RepeatedRuns {
  readonly count: number;
  readonly report: Report;
  readonly stacks: StackProfile;
  /** Of the last run. */
  readonly exitCode: number;
}

/** The page of several runs, which has their sums. Each had its own memory over time. */
export function repeatedContent(
  plan: RunPlan,
  { count, report, stacks, exitCode }: RepeatedRuns,
  { columns }: Shown,
): PageContent {
  return programContent({
    command: 'run',
    title: commandOf(plan),
    report,
    stacks: stacks.rows.length > 0 ? stacks : null,
    timelines: [],
    story: [{ key: 'runs', text: `sums of ${counted(count, 'run')}` }],
    exit: exitCode,
    atMs: Date.now(),
    columns,
  });
}

function commandOf({ program, args }: RunPlan): string {
  return [program, ...args].join(' ');
}
