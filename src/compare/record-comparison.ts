import type { NumberField } from '../model/number-metrics.js';
import { counted } from '../text/format.js';
import { type Change, type Comparison, plainChange, withoutChange } from './comparison.js';
import { type ChangeEstimates, type GroupSums, independentChange, pairedChange } from './estimate.js';
import { foldOf, isLevel, type LabelSums, total } from './label-sums.js';
import type { Side } from './side.js';

export interface CompareOptions {
  readonly fields: readonly NumberField[];
  readonly confidence: number;
  /** Whether the same inputs are on both sides. */
  readonly isMatched: boolean;
  /** Whether the records are of runs, not of inputs. */
  readonly areRuns: boolean;
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
  { confidence, isMatched, areRuns }: CompareOptions,
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
  const why = isOfProcess ? tooFewProcesses(base, next) : tooFew(areRuns, ofBase, ofNew);
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

/** Records that have the label but no number tell nothing of how much the number differs. */
function tooFew(areRuns: boolean, base: SideValues, next: SideValues): string | null {
  const fewer = base.count <= next.count ? base : next;
  const count = Math.round(fewer.count);
  if (count >= LEAST_INPUTS) return null;
  const what = `${counted(count, areRuns ? 'run' : 'input')}${unmeasuredOf(fewer) > 0 ? ' with the number' : ''}`;
  return areRuns
    ? `${what}: ${LEAST_INPUTS} of each side are needed, by stageprof run --repeat ${LEAST_INPUTS}`
    : `${what}: ${LEAST_INPUTS} are needed`;
}
