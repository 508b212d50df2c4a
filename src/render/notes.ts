import { Array, Map, Set } from '../host/intrinsics.js';
import { type Composition, PARTS } from '../model/composition.js';
import type { Report } from '../model/report.js';
import { OPTIONAL_SOURCE_NAMES, SOURCE_NAMES, type SourceState, stateOf } from '../model/sources.js';
import { heapKib } from '../report/worker-threads.js';
import { escapeControls } from '../text/escape.js';
import { count, duration, inline, percent, size } from '../text/format.js';
import type { LeftOut } from './columns.js';

/** One line below the table. */
export interface Note {
  readonly key: string;
  readonly text: string;
  /** True if the reader should not overlook the note. */
  readonly isAlarm?: true;
}

export interface Omitted {
  readonly columns: readonly LeftOut[];
  readonly rowsShown: number;
  /** What the rows are instead of stages. */
  readonly by?: string | undefined;
}

/** What the rows do not say: memory of the process, cost of the profiler, warnings, and which numbers are not exact. */
export function notesOf(report: Report, { columns, rowsShown, by }: Omitted): Note[] {
  const explained = new Set(columns.map(({ reason }) => reason));
  return [
    ...rowNote(report, rowsShown, by),
    ...memoryNote(report),
    ...compositionNote(report),
    ...threadsNote(report),
    ...workersNote(report),
    ...overheadNote(report),
    ...foldedNote(report),
    ...report.warnings.map((text): Note => ({ key: 'warning', text: escapeControls(text), isAlarm: true })),
    ...sourcesNote(report, explained),
    ...stacksNotes(report),
    ...leftOutNotes(columns),
  ];
}

function rowNote({ stages }: Report, shown: number, by: string | undefined): Note[] {
  if (shown >= stages.length) return [];
  return [{ key: by === undefined ? 'stages' : 'rows', text: `${shown} of ${inline(count(stages.length))} shown` }];
}

function memoryNote({ rss_kb_now: now, rss_kb_peak: peak }: Report): Note[] {
  const parts = [
    ...(now === null ? [] : [`${inline(size(now))} now`]),
    ...(peak === null ? [] : [`${inline(size(peak))} at its peak`]),
  ];
  return parts.length === 0 ? [] : [{ key: 'rss', text: parts.join(', ') }];
}

/** If the composition has less than this share of what is resident now, it is that of another moment. */
const NEARLY_ALL = 0.9;

function compositionNote({ composition, composition_at_peak: peak, rss_kb_now: now }: Report): Note[] {
  const notes: Note[] = [];
  const text = composedText(composition);
  if (text !== null) {
    const isOther = now !== null && composition!.rss_kb! < NEARLY_ALL * now;
    const other = isOther ? `; not looked at when ${inline(size(now))} were resident` : '';
    notes.push({ key: 'memory', text: `${text}${other}${agedText(composition!)}` });
  }
  const peakText = composedText(peak);
  if (peakText !== null && (composition?.rss_kb ?? 0) < NEARLY_ALL * peak!.rss_kb!) {
    notes.push({ key: 'at peak', text: `${peakText}${agedText(peak!)}` });
  }
  return notes;
}

/** The parts that are known and not zero, and what they leave. Null where there is nothing to add up to. */
function composedText(composition: Composition | null): string | null {
  if (composition === null || composition.rss_kb === null) return null;
  const parts = PARTS.flatMap(({ part, name }) => {
    const kib = composition[part];
    return kib === null || kib === 0 ? [] : [`${name} ${inline(size(kib))}`];
  });
  return `${inline(size(composition.rss_kb))} = ${parts.join(' + ')}${residualText(composition.other_kb)}`;
}

function agedText({ age_s: age = 0 }: Composition): string {
  return age > WORTH_SAYING_S ? `; some parts are ${inline(duration(age))} older` : '';
}

/** Parts that are older by less than this are not worth a word. */
const WORTH_SAYING_S = 2;

/** A negative residual is memory of a part that is not resident: not touched yet, or given back to the kernel. */
function residualText(kib: number | null): string {
  if (kib === null || kib === 0) return '';
  return kib < 0 ? ` - ${inline(size(-kib))} not resident` : ` + other ${inline(size(kib))}`;
}

function threadsNote({ threads }: Report): Note[] {
  if (threads === undefined) return [];
  const parts = threads.groups.map(({ group, name, threads: count, cpu_s }) => {
    const many = count === null || count === 1 ? '' : ` (${count})`;
    return `${name === null ? group.replace('_', ' ') : escapeControls(name)}${many} ${inline(duration(cpu_s))}`;
  });
  const { reason } = threads.source;
  return [{ key: 'threads', text: `${parts.join(' + ')}${reason === undefined ? '' : `; ${reason}`}` }];
}

/** So many worker threads are named, those with the largest heaps. */
const MOST_NAMED = 3;

function workersNote({ worker_threads: workers }: Report): Note[] {
  if (workers === undefined) return [];
  const { threads, more } = workers;
  const named = threads.toSorted((a, b) => heapKib(b) - heapKib(a)).slice(0, MOST_NAMED);
  const parts = named.map((thread) => {
    const name = thread.name === null ? '' : `${escapeControls(thread.name)} `;
    const cpu = thread.cpu_s === null ? '' : `, cpu ${inline(duration(thread.cpu_s))}`;
    return `${name}${thread.thread} (heap ${inline(size(heapKib(thread)))}${cpu})`;
  });
  const others = threads.length + more - named.length;
  const rest = others === 0 ? '' : `, and ${inline(count(others))} with smaller heaps`;
  return [{ key: 'workers', text: `${parts.join(', ')}${rest}` }];
}

function overheadNote({ overhead_s: cost, total_wall_s: total, stages, program }: Report): Note[] {
  // The cost is computed from the number of stages, so without stages it is not known.
  if (cost === null || (stages.length === 0 && program)) return [];
  const share = total > 0 ? `, ${inline(percent(cost / total))} of wall` : '';
  return [{ key: 'profiler', text: `${inline(duration(cost))}${share}` }];
}

function foldedNote({ labels_folded: folded }: Report): Note[] {
  if (folded === 0) return [];
  return [{ key: 'folded', text: `${inline(count(folded))} labels past the limit, into (other)`, isAlarm: true }];
}

/** One note for each reason. */
export function leftOutNotes(columns: readonly LeftOut[]): Note[] {
  const alike = namesBy(columns.map(({ heading, reason }) => [reason, heading]));
  return Array.from(alike, ([reason, names]) => ({
    key: 'left out',
    text: `${names} (${escapeControls(reason)})`,
  }));
}

/** The names that have the same text, as a list, in the order of the first of each. */
function namesBy(named: readonly (readonly [text: string, name: string])[]): Map<string, string> {
  const alike = new Map<string, string>();
  for (const [text, name] of named) {
    const others = alike.get(text);
    alike.set(text, others === undefined ? name : `${others}, ${name}`);
  }
  return alike;
}

/**
 * Which numbers are not exact. The report's `sources` and `doctor` have the reasons. Sources of the same state, such as
 * two numbers of one reading, are named together.
 *
 * @param explained reasons that another note has already
 */
function sourcesNote({ sources, stages }: Report, explained: ReadonlySet<string>): Note[] {
  const isShared = stages.some(({ overlapped_calls }) => overlapped_calls > 0);
  const told = SOURCE_NAMES.flatMap((name) => {
    const state = stateOf(sources, name);
    const { truth, reason } = state;
    if (truth === 'exact' || (truth === 'absent' && reason !== undefined && explained.has(reason))) return [];
    // To charge by the ends of calls is exact if there was never more than one call at a time.
    if (name === 'attribution' && truth !== 'absent' && !isShared) return [];
    return [[stateText(state), name] as const];
  });
  if (told.length === 0) return [];
  const texts = Array.from(namesBy(told), ([state, names]) => `${names} ${state}`);
  return [{ key: 'sources', text: escapeControls(texts.join('; ')) }];
}

/** What was asked for and is not there, unless a warning has the reason. */
function stacksNotes({ sources, warnings }: Report): Note[] {
  const missing = OPTIONAL_SOURCE_NAMES.flatMap((name) => {
    const { truth, reason = 'no reason is given' } = sources[name] ?? {};
    return truth === 'absent' && !warnings.some((text) => text.includes(reason)) ? [[reason, name] as const] : [];
  });
  return Array.from(namesBy(missing), ([reason, names]) => ({
    key: 'stacks',
    text: escapeControls(`${names} absent: ${reason}`),
  }));
}

function stateText({ truth, method, bound_kb, readings, skipped }: SourceState): string {
  const from = method === null ? '' : ` (${method})`;
  if (bound_kb !== undefined) return `within ${inline(size(bound_kb))}${from}`;
  const left =
    skipped === undefined || readings === undefined || skipped === 0
      ? ''
      : `, ${inline(count(skipped))} of ${inline(count(readings + skipped))} readings skipped`;
  return `${truth}${from}${left}`;
}
