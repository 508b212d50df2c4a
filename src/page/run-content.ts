import type { Report } from '../model/report.js';
import { type ViewOptions, viewOf } from '../render/view.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { fact, placeFacts, reportFacts } from './facts.js';
import { flamePart } from './flame-part.js';
import type { PageCommand, PageNote, TimelinePart } from './page-data.js';
import { reportPart } from './report-part.js';
import type { PageContent } from './write-page.js';

/** What is known of a program when it has been measured, by `run` or `attach`. */
export interface MeasuredProgram {
  readonly command: Extract<PageCommand, 'run' | 'attach'>;
  /** Its command line. */
  readonly title: string;
  readonly report: Report;
  /** Null where none were sampled. */
  readonly stacks: StackProfile | null;
  readonly timelines: readonly TimelinePart[];
  /** Exit code or signal; null where it still runs. */
  readonly exit: number | string | null;
  /** When it ended, or was last looked at, in milliseconds since 1970. */
  readonly atMs: number;
  readonly story?: readonly PageNote[];
  /** What else there is to say about the numbers, such as the account of the OS beside them. */
  readonly notes?: readonly PageNote[];
  readonly columns?: ViewOptions['columns'];
}

/** The page of a program. */
export function programContent(measured: MeasuredProgram): PageContent {
  const { command, title, report, stacks, timelines, exit, atMs, story = [], notes = [], columns } = measured;
  const part = reportPart(viewOf(report, { columns }));
  const exited = exit === null || exit === 0 ? [] : [fact('exit', String(exit))];
  return {
    command,
    title,
    facts: [...exited, ...reportFacts(report), ...placeFacts(command === 'attach' ? 'last seen' : 'ended', atMs)],
    story,
    report: { ...part, notes: [...part.notes, ...notes] },
    timelines,
    flame: stacks === null ? null : flamePart(stacks),
  };
}
