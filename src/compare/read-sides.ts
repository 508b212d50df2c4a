import type { NumberField } from '../model/number-metrics.js';
import { SetupError } from '../model/setup-error.js';
import type { ReadOutcome } from '../records/read-outcome.js';
import { readRecords } from '../records/read-records.js';
import { say } from '../terminal/say.js';
import { counted } from '../text/format.js';
import { type InputWeights, matchInputs } from './inputs.js';
import { goodUnprofiled, type OpenSide, openSide, originOf, type ReadSide } from './open-side.js';
import { compareSides } from './record-comparison.js';
import { compareRows, type Rows, rowsOfReport, rowsOfSide } from './report-comparison.js';
import type { CompareResult } from './result.js';
import { folds } from './side-fold.js';
import { compareStacks } from './side-stacks.js';

export interface ReadSidesOptions {
  readonly fields: readonly NumberField[];
  readonly confidence: number;
  readonly isMatched: boolean;
  readonly jobs: number | undefined;
  /** Called once for each side that has records, as soon as they are read. */
  readonly onRead: (outcome: ReadOutcome) => void;
}

interface SidesOptions extends ReadSidesOptions {
  /** Whether the records are of runs, not of inputs. */
  readonly areRuns: boolean;
}

export type Compared = Omit<CompareResult, 'violations'>;
type ComparedNumbers = Omit<Compared, 'stacks'>;

/** Reads both sides and compares them: record by record where both have records, else as reports. */
export async function compareOperands(base: string, next: string, options: ReadSidesOptions): Promise<Compared> {
  const sides = [openSide(base), openSide(next)] as const;
  const numbers =
    (await compareOpened(sides, { ...options, areRuns: false })) ??
    (await compareOpened(sides, { ...options, isMatched: false, areRuns: true, onRead: () => {} }))!;
  return { ...numbers, stacks: await compareStacks(sides, numbers, options.confidence) };
}

/** Undefined where inputs are to be matched and no record of either side has one, as `run --repeat` writes them. */
async function compareOpened(
  sides: readonly [OpenSide, OpenSide],
  options: SidesOptions,
): Promise<ComparedNumbers | undefined> {
  const areRecords = sides.every(({ report }) => report === undefined);
  const isMatched = areRecords && options.isMatched;
  const read = async ({ files }: OpenSide, weights?: InputWeights): Promise<ReadSide> => {
    const { outcome, result } = await readRecords(files, {
      folds,
      options: { fields: options.fields, isMatched, weights },
      jobs: options.jobs,
    });
    return { outcome, side: result };
  };
  const first = await readSide(sides[0], read, options);
  const second = await readSide(sides[1], read, options);
  if (isMatched && hasNoInput(first!) && hasNoInput(second!)) return undefined;
  for (const [index, one] of [first, second].entries()) sayNameless(sides[index]!, one);
  const { fields, confidence } = options;
  if (!areRecords) {
    return {
      fields,
      confidence,
      base: originOf(sides[0], first),
      new: originOf(sides[1], second),
      inputs: null,
      observation: 'record',
      comparisons: compareRows(rowsOf(sides[0], first), rowsOf(sides[1], second), fields),
    };
  }
  const [ofBase, ofNew] = [first!, second!];
  if (!isMatched) return compared(sides, ofBase, ofNew, null, options);
  const { both, onlyBase, onlyNew, baseWeights, newWeights } = matchInputs(ofBase.side.inputs(), ofNew.side.inputs());
  if (both === 0) throw new SetupError(nothingInCommon(sides, ofBase, ofNew));
  // The sums then have inputs of one side alone in them: all is read once more without these.
  const again = async (side: OpenSide, once: ReadSide, weights: InputWeights | undefined): Promise<ReadSide> =>
    weights === undefined ? once : await read(side, weights);
  return compared(
    sides,
    await again(sides[0], ofBase, baseWeights),
    await again(sides[1], ofNew, newWeights),
    { both, onlyBase, onlyNew },
    options,
  );
}

/** Undefined for a report. */
async function readSide(
  side: OpenSide,
  read: (side: OpenSide) => Promise<ReadSide>,
  { onRead }: ReadSidesOptions,
): Promise<ReadSide | undefined> {
  if (side.report !== undefined) return undefined;
  const found = await read(side);
  onRead(found.outcome);
  const { records, failed } = found.outcome;
  const unprofiled = goodUnprofiled(found.outcome);
  if (records === 0) throw new SetupError(`${side.name}: has no record`);
  if (failed + unprofiled === records) {
    throw new SetupError(
      `${side.name}: has nothing to compare, of ${counted(records, 'record')} ${failed} failed and ${unprofiled} have no profile`,
    );
  }
  return found;
}

function hasNoInput({ side }: ReadSide): boolean {
  return side.nameless > 0 && side.compared === 0;
}

function sayNameless({ name }: OpenSide, read: ReadSide | undefined): void {
  const nameless = read?.side.nameless ?? 0;
  if (nameless > 0) say(`${name}: ${counted(nameless, 'record')} without a member "input" left out`);
}

function rowsOf({ report }: OpenSide, read: ReadSide | undefined): Rows {
  return report === undefined ? rowsOfSide(read!.side) : rowsOfReport(report);
}

function compared(
  sides: readonly [OpenSide, OpenSide],
  base: ReadSide,
  next: ReadSide,
  inputs: CompareResult['inputs'],
  { fields, confidence, isMatched, areRuns }: SidesOptions,
): ComparedNumbers {
  return {
    base: originOf(sides[0], base),
    new: originOf(sides[1], next),
    inputs,
    observation: areRuns ? 'run' : isMatched ? 'input' : 'record',
    confidence,
    fields,
    comparisons: compareSides(base.side, next.side, { fields, confidence, isMatched, areRuns }),
  };
}

function nothingInCommon(sides: readonly [OpenSide, OpenSide], base: ReadSide, next: ReadSide): string {
  const names = sides.map(({ name }) => name).join(' and ');
  const nameless = base.side.nameless + next.side.nameless;
  const why = nameless > 0 ? `, ${counted(nameless, 'record')} without a member "input"` : '';
  return `${names} have no input in common${why}: nothing can be compared, unless with --unmatched as two corpora`;
}
