import { METRICS } from '../metrics.js';
import type { Sources } from '../sources.js';
import { checkReport } from './check.js';
import type { Composition } from './composition.js';
import { emptyHeader, HEADER_FIELDS, type HeaderFold, SLURM } from './header.js';
import { mergeSources } from './merge-sources.js';
import { NUMBER_METRICS } from './number-metrics.js';
import type { HistogramPairs, ModuleKib, Report, ReportHeader, StageRow } from './report.js';
import { mergeThreads } from './threads.js';
import { mergeWarnings } from './warnings.js';

/**
 * One report of many: rows by label in order of first entry, flows, growths and counts added, peaks and worst
 * values the highest of all. A value that is null in some reports is that of the others.
 *
 * One pass; memory grows with the number of labels, not of reports. The order of the reports changes the order
 * of the rows and warnings, nothing else. No reports at all give a report with no rows, totals of zero and
 * every source absent; being weaker than any other, its sources stay absent when it is merged again.
 *
 * @throws {Error} `ERR_STAGEPROF_SCHEMA` for what is no report of this schema
 */
export function mergeReports(reports: Iterable<Report>): Report {
  const merger = new ReportMerger();
  for (const report of reports) merger.add(report);
  return merger.result();
}

/** `mergeReports` for reports that arrive one by one, such as from a stream. */
export class ReportMerger {
  #header: ReportHeader | undefined;
  readonly #rows = new Map<string, MergedRow>();

  /** @throws {Error} `ERR_STAGEPROF_SCHEMA` for what is no report of this schema; nothing of it is added */
  add(report: Report): void {
    checkReport(report);
    const { stages, ...header } = report;
    this.#header = mergeHeaders(this.#header ?? header, this.#header === undefined ? undefined : header);
    for (const row of stages) {
      let merged = this.#rows.get(row.stage);
      if (merged === undefined) {
        merged = new MergedRow();
        this.#rows.set(row.stage, merged);
      }
      merged.add(row);
    }
  }

  result(): Report {
    const stages = Array.from(this.#rows, ([stage, merged]) => merged.toRow(stage));
    return { ...(this.#header ?? emptyHeader()), stages };
  }
}

const NUMBERS = NUMBER_METRICS.map(({ field, fold }) => ({ field, takesHighest: fold === 'peak' || fold === 'max' }));

/** The running values of one label, in the order of `NUMBERS`. */
class MergedRow {
  // NaN for null: an array that may hold null allocates for every sum.
  readonly #values = new Float64Array(NUMBERS.length).fill(Number.NaN);
  // A map, not a row of all buckets: a label fills a handful of the hundreds.
  readonly #buckets = new Map<number, number>();
  #modules: Map<string, number> | null = null;

  add(row: StageRow): void {
    for (let index = 0; index < NUMBERS.length; index++) {
      const { field, takesHighest } = NUMBERS[index]!;
      const value = row[field];
      // A field that an older version of the same schema does not have yet was not measured.
      if (value === null || value === undefined) continue;
      const earlier = this.#values[index]!;
      if (Number.isNaN(earlier)) this.#values[index] = value;
      else this.#values[index] = takesHighest ? Math.max(earlier, value) : earlier + value;
    }
    for (const [bucket, count] of row.wall_hist) this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    this.#addModules(row.native_modules);
  }

  toRow(stage: string): StageRow {
    let next = 0;
    const values = METRICS.map((metric) => {
      if (metric.unit === 'histogram') return [metric.field, this.#pairs()];
      if (metric.unit === 'modules') return [metric.field, this.#modules && Object.fromEntries(this.#modules)];
      const value = this.#values[next++]!;
      return [metric.field, Number.isNaN(value) ? (metric.fold === 'count' ? 0 : null) : value];
    });
    return { stage, ...Object.fromEntries(values) } as StageRow;
  }

  #addModules(modules: ModuleKib | null | undefined): void {
    if (modules === null || modules === undefined) return;
    this.#modules ??= new Map();
    for (const [name, kib] of Object.entries(modules)) this.#modules.set(name, (this.#modules.get(name) ?? 0) + kib);
  }

  #pairs(): HistogramPairs {
    return [...this.#buckets].sort(([left], [right]) => left - right);
  }
}

// The fold of a member decides its type: the compiler checks the table, not these.
type Combine = (a: never, b: never) => unknown;

const COMBINE: Readonly<Record<HeaderFold, Combine>> = {
  fixed: (a: unknown) => a,
  add: known((a, b) => a + b),
  max: known(Math.max),
  all: (a: boolean, b: boolean) => a && b,
  same: (a: unknown, b: unknown) => (a === b ? a : null),
  'same members': sameMembers,
  weakest: (a: Sources, b: Sources) => mergeSources(a, b),
  largest: (a: Composition | null, b: Composition | null) => ((b?.rss_kb ?? -1) > (a?.rss_kb ?? -1) ? b : (a ?? b)),
  threads: mergeThreads,
  warnings: (a: readonly string[], b: readonly string[]) => mergeWarnings([a, b]),
};

/** With no `b`, the members of `a` that a header has. */
function mergeHeaders(a: ReportHeader, b: ReportHeader | undefined): ReportHeader {
  const members = HEADER_FIELDS.map(([field, { fold }]) => {
    const combine = COMBINE[fold] as (a: unknown, b: unknown) => unknown;
    return [field, b === undefined ? a[field] : combine(a[field], b[field])];
  });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as ReportHeader;
}

type Known = number | null | undefined;

/** Undefined, and so omitted, where one of the two has no such member at all: half a sum would pass for a whole one. */
function known(combine: (a: number, b: number) => number) {
  return (a: Known, b: Known) => {
    if (a === undefined || b === undefined) return undefined;
    return a === null ? b : b === null ? a : combine(a, b);
  };
}

/** Undefined, and so omitted, where one of the two has no such member at all. */
function sameMembers(a: ReportHeader['slurm'], b: ReportHeader['slurm']): ReportHeader['slurm'] {
  if (a === undefined || b === undefined) return undefined;
  const members = (Object.keys(SLURM) as (keyof typeof SLURM)[]).map((name) => [
    name,
    a[name] === b[name] ? a[name] : null,
  ]);
  return Object.fromEntries(members) as ReportHeader['slurm'];
}
