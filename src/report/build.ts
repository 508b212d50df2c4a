import { Object } from '../host/intrinsics.js';
import { toPairs } from '../model/histogram.js';
import { METRICS, type MetricField, type Unit } from '../model/metrics.js';
import { OCTAVE_COUNT, type OctavePairs } from '../model/octaves.js';
import { countOf, kibOf, secondsOf } from '../model/quantities.js';
import { PROGRAM, REPORT_SCHEMA, type Report, type ReportHeader, type StageRow } from '../model/report.js';
import type { StageCost } from '../model/stage-cost.js';
import type { LabelNode } from '../store/labels.js';
import { columnOf, LIVE_COLUMNS, MODULE_COLUMNS, OCTAVE_COLUMNS, type RowStore } from '../store/row-store.js';
import { moduleKib } from './live-modules.js';

const CALLS = columnOf('calls');
const INNER_STAGES = columnOf('inner_stages');

/** The members that only the profiler knows. The others are computed here. */
export type MeasuredHeader = Omit<ReportHeader, 'schema' | 'overhead_s' | 'program'>;

export interface MeasuredRows {
  readonly stages: RowStore;
  /** A single row: the whole run of the profiler. */
  readonly wholeRun: RowStore;
  /** The names of the modules, in the order of their cells in a row. */
  readonly modules: readonly string[] | null;
}

const READERS: Readonly<Record<Unit, (value: number) => number | null>> = {
  s: secondsOf,
  KiB: kibOf,
  count: countOf,
  histogram: () => null,
  modules: () => null,
  octaves: () => null,
};

/**
 * The report of a row store: units, rounding and null for what was not measured.
 *
 * @param cost null if it is not known
 */
export function buildReport(
  header: MeasuredHeader,
  labels: readonly LabelNode[],
  { stages: store, wholeRun, modules }: MeasuredRows,
  cost: StageCost | null,
): Report {
  const inputs: RowInputs = { store, modules, isLiveSampled: header.live_modules !== null, cost };
  const stages = labels.map((label) => buildRow(label, inputs));
  let stagesClosed = 0;
  for (const { row } of labels) stagesClosed += store.get(row, CALLS);
  const overheadS = cost && secondsOf(stagesClosed * cost.fullNs);
  const program = { ...buildRow({ path: PROGRAM, row: 0 }, { ...inputs, store: wholeRun }), overhead_s: overheadS };
  return {
    schema: REPORT_SCHEMA,
    ...header,
    rss_kb_peak: highest(header.rss_kb_peak, [program, ...stages]),
    overhead_s: overheadS,
    program,
    stages,
  };
}

/** The kernel has a counter of its own for the peak, which can be some pages below the resident set that was read. */
function highest(peak: number | null, stages: readonly StageRow[]): number | null {
  return stages.reduce(
    (high, { rss_kb_peak_max: row }) => (high !== null && row !== null && row > high ? row : high),
    peak,
  );
}

/** What a row is computed from. */
interface RowInputs {
  readonly store: RowStore;
  readonly modules: readonly string[] | null;
  readonly isLiveSampled: boolean;
  readonly cost: StageCost | null;
}

function buildRow({ path, row }: Pick<LabelNode, 'path' | 'row'>, inputs: RowInputs): StageRow {
  const values: [string, unknown][] = METRICS.map(({ field, unit }) => {
    const derived = DERIVED[field];
    return [
      field,
      derived === undefined ? READERS[unit](inputs.store.get(row, columnOf(field))) : derived(inputs, row),
    ];
  });
  return Object.fromEntries([['stage', path], ...values]) as unknown as StageRow;
}

/** Fields that have no column in the row store. */
const DERIVED: { readonly [F in MetricField]?: (inputs: RowInputs, row: number) => unknown } = {
  wall_hist: ({ store }, row) => toPairs(store.durations(row)),
  native_modules: ({ store, modules }, row) =>
    modules && moduleKib(modules, (cell) => store.get(row, MODULE_COLUMNS + cell)),
  native_live_modules: ({ store, modules, isLiveSampled }, row) =>
    isLiveSampled ? modules && moduleKib(modules, (cell) => store.get(row, LIVE_COLUMNS + cell)) : null,
  growth_by_octave: ({ store }, row) => kibByOctave(store, row),
  overhead_s: ({ store, cost }, row) =>
    cost && secondsOf(store.get(row, INNER_STAGES) * cost.fullNs + store.get(row, CALLS) * cost.innerNs),
};

/** Null where no call was measured. */
function kibByOctave(store: RowStore, row: number): OctavePairs | null {
  const pairs: [number, number][] = [];
  for (let octave = 0; octave < OCTAVE_COUNT; octave++) {
    const kib = kibOf(store.get(row, OCTAVE_COLUMNS + octave));
    if (kib !== null) pairs.push([octave, kib]);
  }
  return pairs.length === 0 ? null : pairs;
}
