import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { type ChangeEstimates, type GroupSums, independentChange, pairedChange } from './estimate.js';
import { isLevel, type LabelSums } from './label-sums.js';
import type { Side } from './side.js';

/** What is compared: the sum of the records of a label, their mean, or the highest of them. */
export type Statistic = 'total' | 'mean' | 'highest';

export interface Change {
  readonly value: number;
  /** Null without an interval. */
  readonly low: number | null;
  readonly high: number | null;
  /** How likely it is to find a change so far from zero where there is none; null without an interval. */
  readonly probability: number | null;
}

/** One metric of one label, on both sides. */
export interface Comparison {
  readonly stage: string;
  readonly field: NumberField;
  readonly statistic: Statistic;
  /** `gone`: the label is only in base. */
  readonly state: 'both' | 'new' | 'gone';
  /** Null where the side does not have it. */
  readonly base: number | null;
  readonly new: number | null;
  /** Inputs of each side that have the label; null where reports are compared. */
  readonly inputs: { readonly base: number; readonly new: number } | null;
  /** Those of these inputs that have no number; null as above. */
  readonly unmeasured: { readonly base: number; readonly new: number } | null;
  /** The highest value of a record, where the mean is compared. */
  readonly highest: { readonly base: number | null; readonly new: number | null } | null;
  /** New less base; null where a side has no value. */
  readonly difference: Change | null;
  /** New over base, less one; null where that is no number, or none that means anything. */
  readonly relative: Change | null;
  readonly whyNoInterval: string | null;
}

export interface CompareOptions {
  readonly fields: readonly NumberField[];
  readonly confidence: number;
  /** Whether the same inputs are on both sides. */
  readonly isMatched: boolean;
}

/** Fewer inputs or processes do not tell how much they differ. */
const LEAST_INPUTS = 5;
const LEAST_PROCESSES = 5;

/** Compares the records of two sides, label by label in order of first entry, those of base first. */
export function compareSides(base: Side, next: Side, options: CompareOptions): Comparison[] {
  const labels = new Set([...base.labels.keys(), ...next.labels.keys()]);
  return [...labels].flatMap((stage) =>
    options.fields.flatMap((field, metric) => compareLabel(stage, field, metric, base, next, options) ?? []),
  );
}

function compareLabel(
  stage: string,
  field: NumberField,
  metric: number,
  base: Side,
  next: Side,
  { confidence, isMatched }: CompareOptions,
): Comparison | undefined {
  const [ofBase, ofNew] = [base, next].map((side) => valuesOf(side, stage, metric)) as [SideValues, SideValues];
  if (ofBase.count === 0 && ofNew.count === 0) return undefined;
  // A sum is that of all inputs, with and without the label. A level or a slowest call is of the inputs that have it.
  const isSum = !isLevel(field) && foldOf(field) !== 'max';
  const scale = isSum && isMatched ? total(base.weights) : 1;
  const ofInput = (values: SideValues, side: Side): GroupSums | null =>
    values.sums === undefined || values.count === 0 ? null : groupsByInput(values, values.sums, metric, isSum && side);
  const [baseGroups, newGroups] = [ofInput(ofBase, base), ofInput(ofNew, next)];
  const common = {
    stage,
    field,
    statistic: isSum && isMatched ? 'total' : 'mean',
    state: ofBase.sums === undefined ? 'new' : ofNew.sums === undefined ? 'gone' : 'both',
    base: baseGroups && meanOf(baseGroups) * scale,
    new: newGroups && meanOf(newGroups) * scale,
    inputs: { base: Math.round(ofBase.rows), new: Math.round(ofNew.rows) },
    unmeasured: { base: unmeasuredOf(ofBase), new: unmeasuredOf(ofNew) },
    highest: isSum ? null : { base: ofBase.highest, new: ofNew.highest },
  } as const;
  if (baseGroups === null || newGroups === null) return withoutChange(common);

  const isOfProcess = isLevel(field) && !(hasOwnProcesses(base) && hasOwnProcesses(next));
  const why = isOfProcess ? tooFewProcesses(base, next) : tooFewInputs(ofBase, ofNew);
  let found: ChangeEstimates | undefined;
  if (why === null) {
    found = isOfProcess
      ? independentChange(groupsByProcess(ofBase.sums!, metric), groupsByProcess(ofNew.sums!, metric), confidence)
      : (isMatched ? pairedChange : independentChange)(baseGroups, newGroups, confidence);
  }
  if (found === undefined) return plainChange(common, common.base!, common.new!, why ?? TOO_FEW_GROUPS);
  const { value: difference, low, high, probability } = found.difference;
  return {
    ...common,
    difference: { value: difference * scale, low: low * scale, high: high * scale, probability },
    relative: relativeChange(field, common.base!, common.new!, found),
    whyNoInterval: null,
  };
}

const TOO_FEW_GROUPS = 'nearly all of it is in one group of inputs';

/** @param side whose records all share the sum; false where only the records with a value share it */
function groupsByInput({ rows, count }: SideValues, sums: LabelSums, metric: number, side: Side | false): GroupSums {
  const { sums: added, counts } = sums.byInput(metric);
  if (side === false) return { sums: added, counts, weights: counts };
  // Rows without a number count as the mean of the rows that have one.
  const isComplete = Math.abs(rows - count) < 1e-6 * rows;
  const share = total(side.weights) / rows;
  return { sums: added, counts, weights: isComplete ? side.weights : counts.map((weight) => weight * share) };
}

function groupsByProcess(sums: LabelSums, metric: number): GroupSums {
  const { sums: added, counts } = sums.byProcess(metric);
  return { sums: added, counts, weights: counts };
}

function meanOf({ sums, weights }: GroupSums): number {
  return total(sums) / total(weights);
}

/** Where one group has everything, logarithms have no spread: the probability is then that of the difference. */
function relativeChange(
  field: NumberField,
  base: number,
  next: number,
  { difference, relative }: ChangeEstimates,
): Change | null {
  if (foldOf(field) === 'growth' || base <= 0) return null;
  return relative ?? { value: next / base - 1, low: null, high: null, probability: difference.probability };
}

interface SideValues {
  readonly sums: LabelSums | undefined;
  /** What the records that have the label count for, and what those of them count for that have a number. */
  readonly rows: number;
  readonly count: number;
  readonly highest: number | null;
}

function valuesOf({ labels }: Side, stage: string, metric: number): SideValues {
  const sums = labels.get(stage);
  if (sums === undefined) return { sums, rows: 0, count: 0, highest: null };
  const { counts } = sums.byInput(metric);
  return { sums, rows: total(sums.rows), count: total(counts), highest: sums.highest(metric) };
}

function unmeasuredOf({ rows, count }: SideValues): number {
  return Math.round(rows - count);
}

/**
 * Whether most records come from a process of their own: a level is then that of the input. Process ids may come up
 * again, so that not all have to differ.
 */
function hasOwnProcesses({ processes, compared }: Side): boolean {
  return processes * 2 > compared;
}

function tooFewProcesses(base: Side, next: Side): string | null {
  if (Math.min(base.processes, next.processes) >= LEAST_PROCESSES) return null;
  const made = `${base.processes} ${base.processes === 1 ? 'process' : 'processes'} in base and ${next.processes} in new`;
  return `a level of ${made}, where ${LEAST_PROCESSES} each are needed`;
}

function tooFewInputs({ rows: base }: SideValues, { rows: next }: SideValues): string | null {
  const fewer = Math.round(Math.min(base, next));
  return fewer >= LEAST_INPUTS ? null : `${fewer} ${fewer === 1 ? 'input' : 'inputs'}: ${LEAST_INPUTS} are needed`;
}

/** The rows of a side that is a report, or is compared with one. */
export type Rows = ReadonlyMap<string, Pick<StageRow, NumberField>>;

export function rowsOfReport({ stages, program }: Report): Rows {
  return new Map([...(program ? [program] : []), ...stages].map((row) => [row.stage, row]));
}

/** The rows that a report of the records would have. */
export function rowsOfSide({ labels, selection }: Side): Rows {
  const rows = Array.from(labels, ([label, sums]) => {
    const values = selection.fields.map((field, metric) => {
      const fold = foldOf(field);
      const { sums: added, counts } = sums.byInput(metric);
      if (fold === 'peak' || fold === 'max') return [field, sums.highest(metric)];
      return [field, total(counts) === 0 ? null : total(added)];
    });
    return [label, Object.fromEntries(values)] as const;
  });
  return new Map(rows);
}

const NO_RECORDS = 'a report has no records to tell how much they differ';

/** Compares rows without records: there is a change, and no interval. */
export function compareRows(base: Rows, next: Rows, fields: readonly NumberField[]): Comparison[] {
  return [...new Set([...base.keys(), ...next.keys()])].flatMap((stage) =>
    fields.flatMap((field) => {
      const [ofBase, ofNew] = [base.get(stage), next.get(stage)];
      // A field that an older version does not have was not measured.
      const [before, after] = [ofBase?.[field] ?? null, ofNew?.[field] ?? null];
      if (before === null && after === null) return [];
      const fold = foldOf(field);
      const common = {
        stage,
        field,
        statistic: fold === 'peak' || fold === 'max' ? 'highest' : 'total',
        state: ofBase === undefined ? 'new' : ofNew === undefined ? 'gone' : 'both',
        base: before,
        new: after,
        inputs: null,
        unmeasured: null,
        highest: null,
      } as const;
      const isWhole = before !== null && after !== null;
      return [isWhole ? plainChange(common, before, after, NO_RECORDS) : withoutChange(common)];
    }),
  );
}

type Sides = Omit<Comparison, 'difference' | 'relative' | 'whyNoInterval'>;

function withoutChange(sides: Sides): Comparison {
  return { ...sides, difference: null, relative: null, whyNoInterval: null };
}

function plainChange(sides: Sides, base: number, next: number, whyNoInterval: string): Comparison {
  const plain = (value: number): Change => ({ value, low: null, high: null, probability: null });
  const hasRatio = foldOf(sides.field) !== 'growth' && base > 0;
  return {
    ...sides,
    difference: plain(next - base),
    relative: hasRatio ? plain(next / base - 1) : null,
    whyNoInterval,
  };
}

function foldOf(field: NumberField): string {
  return NUMBER_METRICS.find((metric) => metric.field === field)!.fold;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
