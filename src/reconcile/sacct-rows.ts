import { parseDuration, parseKib, parseTimeMs } from './sacct-values.js';

/** The fields that sacct is asked for. `Start` and `End` may be missing: they tell the time outside of stageprof. */
export const SACCT_FIELDS = ['JobID', 'State', 'Start', 'End', 'Elapsed', 'TotalCPU', 'MaxRSS'] as const;

const NEEDED = ['JobID', 'State', 'Elapsed', 'TotalCPU', 'MaxRSS'] as const;

/** One row: a job, or a step of one. Null where sacct leaves the field empty. */
export interface SacctRow {
  /** `12`, or `12_3` for a task of an array. */
  readonly task: string;
  /** `batch`, `0`, `extern`; undefined for the row of the job. */
  readonly step: string | undefined;
  readonly state: string;
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly elapsedS: number;
  readonly cpuS: number | null;
  readonly maxRssKib: number | null;
}

/** Tasks of an array that have not started: one row stands for all of them. */
export interface WaitingTasks {
  readonly array: string;
  readonly ranges: readonly { readonly from: number; readonly to: number; readonly step: number }[];
}

export interface SacctRows {
  readonly rows: readonly SacctRow[];
  readonly waiting: readonly WaitingTasks[];
  /** One line each on rows that could not be taken. */
  readonly malformed: readonly string[];
}

/** The output of `sacct -P`, or why it cannot be used: the reason completes "the output of sacct …". */
export type SacctOutput =
  | { readonly state: 'read'; readonly output: SacctRows }
  | { readonly state: 'unusable'; readonly reason: string };

export function parseSacct(text: string): SacctOutput {
  const lines = text.split(/\r?\n/);
  const header = lines.findIndex((line) => line !== '');
  if (header === -1) return { state: 'unusable', reason: 'is empty' };
  const names = lines[header]!.split('|');
  if (!names.includes('JobID')) {
    const reason = names.length === 1 ? 'has no columns separated by |: it has to be saved with -P' : NO_NAMES;
    return { state: 'unusable', reason };
  }
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0) return { state: 'unusable', reason: `lacks ${missing.join(', ')}` };

  const rows: SacctRow[] = [];
  const malformed: string[] = [];
  const waiting: WaitingTasks[] = [];
  for (const [index, line] of lines.entries()) {
    if (index <= header || line === '') continue;
    const row = parseRow(line, names);
    if (typeof row === 'string') malformed.push(`line ${index + 1}: ${row}`);
    else if ('ranges' in row) waiting.push(row);
    else rows.push(row);
  }
  return { state: 'read', output: { rows, waiting, malformed } };
}

const NO_NAMES = 'has no column JobID in its first line: it has to be saved without -n';

function parseRow(line: string, names: readonly string[]): SacctRow | WaitingTasks | string {
  const fields = line.split('|');
  if (fields.length !== names.length) return `has ${fields.length} columns in place of ${names.length}`;
  const field = (name: (typeof SACCT_FIELDS)[number]) => fields[names.indexOf(name)]?.trim() ?? '';
  const id = /^(\d+(?:[_+]\d+)?)(?:\.([^.]+))?$/.exec(field('JobID'));
  if (id === null) return parseWaiting(field('JobID'));
  const elapsedS = parseDuration(field('Elapsed'));
  if (elapsedS === null) return `its Elapsed is no duration: ${shown(field('Elapsed'))}`;
  const cpuS = parseDuration(field('TotalCPU'));
  if (cpuS === null && field('TotalCPU') !== '') return `its TotalCPU is no duration: ${shown(field('TotalCPU'))}`;
  const maxRssKib = parseKib(field('MaxRSS'));
  if (maxRssKib === null && field('MaxRSS') !== '') return `its MaxRSS is no size: ${shown(field('MaxRSS'))}`;
  return {
    task: id[1]!,
    step: id[2],
    state: field('State'),
    startMs: parseTimeMs(field('Start')),
    endMs: parseTimeMs(field('End')),
    elapsedS,
    cpuS,
    // Every process has memory: zero means that Slurm has not sampled it.
    maxRssKib: maxRssKib === 0 ? null : maxRssKib,
  };
}

/** Such as `12_[3-9%2]` or `12_[1,4,7-21:7]`: one row for all tasks that have not started. Long lists end in `...`. */
function parseWaiting(jobId: string): WaitingTasks | string {
  const match = /^(\d+)_\[([\d,:-]+?),?(?:\.\.\.)?(?:%\d+)?\]$/.exec(jobId);
  if (match === null) return `its JobID is none: ${shown(jobId)}`;
  const ranges = match[2]!.split(',').map((range) => {
    const [, from, to, step] = /^(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?$/.exec(range) ?? [];
    return { from: Number(from), to: Number(to ?? from), step: Number(step ?? 1) };
  });
  const areRanges = ranges.every(({ from, to, step }) => to >= from && step >= 1);
  return areRanges ? { array: match[1]!, ranges } : `its JobID is none: ${shown(jobId)}`;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
