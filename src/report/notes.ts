import { SOURCE_NAMES, type SourceName, type SourceState } from '../sources.js';
import type { LeftOut } from './columns.js';
import { escapeControls } from './escape.js';
import { count, duration, inline, percent, size } from './format.js';
import type { Report } from './report.js';

/** One line below the table. */
export interface Note {
  readonly key: string;
  readonly text: string;
  /** The reader should look at it. */
  readonly isAlarm?: true;
}

export interface Omitted {
  readonly columns: readonly LeftOut[];
  readonly rowsShown: number;
}

/** What the rows do not say: memory of the process, cost of the profiler, warnings, and how far to trust what. */
export function notesOf(report: Report, { columns, rowsShown }: Omitted): Note[] {
  const explained = new Set(columns.map(({ reason }) => reason));
  return [
    ...rowNote(report, rowsShown),
    ...memoryNote(report),
    ...overheadNote(report),
    ...foldedNote(report),
    ...report.warnings.map((text): Note => ({ key: 'warning', text: escapeControls(text), isAlarm: true })),
    ...SOURCE_NAMES.flatMap((name) => sourceNote(name, report.sources[name], explained)),
    ...leftOutNotes(columns),
  ];
}

function rowNote({ stages }: Report, shown: number): Note[] {
  if (shown >= stages.length) return [];
  return [{ key: 'stages', text: `${shown} of ${inline(count(stages.length))} shown` }];
}

function memoryNote({ rss_kb_now: now, rss_kb_peak: peak }: Report): Note[] {
  const parts = [
    ...(now === null ? [] : [`${inline(size(now))} now`]),
    ...(peak === null ? [] : [`${inline(size(peak))} at its peak`]),
  ];
  return parts.length === 0 ? [] : [{ key: 'rss', text: parts.join(', ') }];
}

function overheadNote({ overhead_s: cost, total_wall_s: total }: Report): Note[] {
  const share = total > 0 ? `, ${inline(percent(cost / total))} of wall` : '';
  return [{ key: 'profiler', text: `${inline(duration(cost))}${share}` }];
}

function foldedNote({ labels_folded: folded }: Report): Note[] {
  if (folded === 0) return [];
  return [{ key: 'folded', text: `${inline(count(folded))} labels past the limit, into (other)`, isAlarm: true }];
}

function leftOutNotes(columns: readonly LeftOut[]): Note[] {
  const headings = new Map<string, string[]>();
  for (const { heading, reason } of columns) {
    const alike = headings.get(reason);
    if (alike === undefined) headings.set(reason, [heading]);
    else alike.push(heading);
  }
  return Array.from(headings, ([reason, names]) => ({
    key: 'left out',
    text: `${names.join(', ')} (${escapeControls(reason)})`,
  }));
}

/** @param explained reasons that already stand in another note */
function sourceNote(
  name: SourceName,
  { truth, method, bound_kb, readings, skipped, reason }: SourceState,
  explained: ReadonlySet<string>,
): Note[] {
  if (truth === 'exact' || (truth === 'absent' && reason !== undefined && explained.has(reason))) return [];
  const bound = bound_kb === undefined ? '' : ` within ${inline(size(bound_kb))}`;
  const from = method === null ? '' : ` (${method})`;
  const left =
    skipped === undefined || readings === undefined || skipped === 0
      ? ''
      : `, ${inline(count(skipped))} of ${inline(count(readings + skipped))} readings skipped`;
  const why = reason === undefined ? '' : `: ${reason}`;
  return [{ key: 'source', text: escapeControls(`${name} ${truth}${bound}${from}${left}${why}`) }];
}
