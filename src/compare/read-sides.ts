import type { NumberField } from '../model/number-metrics.js';
import { SetupError } from '../model/setup-error.js';
import { UsageError } from '../model/usage-error.js';
import { findSources, type Source } from '../records/files.js';
import { readRecords, sayNotTaken } from '../records/read-records.js';
import { say } from '../terminal/say.js';
import { counted } from '../text/format.js';
import { compareRows, compareSides, type Rows, rowsOfReport, rowsOfSide } from './comparison.js';
import { type InputWeights, matchInputs } from './inputs.js';
import type { CompareResult, SideFacts } from './result.js';
import { type Side, SideSum } from './side.js';
import { sideFolds } from './side-fold.js';
import { readWholeReport, type WholeReport } from './whole-report.js';

export interface ReadSidesOptions {
  readonly fields: readonly NumberField[];
  readonly confidence: number;
  readonly isMatched: boolean;
  readonly isLenient: boolean;
  readonly jobs: number | undefined;
}

export type Compared = Omit<CompareResult, 'violations'> & {
  /** Whether all lines and files could be taken. */
  readonly isWhole: boolean;
};

/** Reads both sides and compares them: a record where there are records, else as reports. */
export async function compareOperands(base: string, next: string, options: ReadSidesOptions): Promise<Compared> {
  const { fields, confidence } = options;
  const sides = [openSide(base), openSide(next)] as const;
  const areRecords = sides.every(({ report }) => report === undefined);
  const isMatched = areRecords && options.isMatched;
  let isWhole = true;
  const read = async ({ sources }: OpenSide, weights?: InputWeights): Promise<SideSum> => {
    const sum = new SideSum(fields);
    await readRecords(sources, {
      jobs: options.jobs,
      folds: sideFolds({ fields, isMatched, weights }),
      onResult: (task, result) => sum.add(task, result),
    });
    // Read again, a side says the same again.
    if (weights === undefined) isWhole = sayNotTaken(sum, options.isLenient) && isWhole;
    return sum;
  };
  const [first, second] = [await readSide(sides[0], read), await readSide(sides[1], read)];
  for (const [index, sum] of [first, second].entries()) sayNameless(sides[index]!, sum);
  const common = { fields, confidence, isWhole };
  if (!areRecords) {
    return {
      ...common,
      base: factsOf(sides[0], first?.side()),
      new: factsOf(sides[1], second?.side()),
      inputs: null,
      comparisons: compareRows(rowsOf(sides[0], first), rowsOf(sides[1], second), fields),
    };
  }
  const [ofBase, ofNew] = [first!, second!];
  if (!isMatched) return compared(sides, ofBase.side(), ofNew.side(), null, { ...options, isWhole });
  const matched = matchInputs(ofBase.inputs(), ofNew.inputs());
  const [baseSide, newSide] = [ofBase.side(), ofNew.side()];
  if (matched.both === 0) throw new SetupError(nothingInCommon(sides, baseSide, newSide));
  const { baseWeights, newWeights } = matched;
  // Inputs of one side alone are in the sums by now: then all is read once more without them.
  const again = async (side: OpenSide, once: Side, weights: InputWeights | undefined): Promise<Side> =>
    weights === undefined ? once : { ...(await read(side, weights)).side(), nameless: once.nameless };
  return compared(
    sides,
    await again(sides[0], baseSide, baseWeights),
    await again(sides[1], newSide, newWeights),
    { both: matched.both, onlyBase: matched.onlyBase, onlyNew: matched.onlyNew },
    { ...options, isWhole },
  );
}

interface OpenSide {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly report: WholeReport | undefined;
}

function openSide(operand: string): OpenSide {
  const { sources } = findSources([operand]);
  const [first] = sources;
  for (const { path, bytes } of sources) {
    if (bytes === undefined) throw new UsageError(`${path}: may have to be read twice, give a file instead of a pipe`);
  }
  const report = sources.length === 1 ? readWholeReport(first!) : undefined;
  return { name: operand, sources, report };
}

function sayNameless({ name }: OpenSide, sum: SideSum | undefined): void {
  const nameless = sum?.side().nameless ?? 0;
  if (nameless > 0) say(`${name}: ${counted(nameless, 'record')} without a member "input" left out`);
}

/** Undefined for a report. */
async function readSide(side: OpenSide, read: (side: OpenSide) => Promise<SideSum>): Promise<SideSum | undefined> {
  if (side.report !== undefined) return undefined;
  const sum = await read(side);
  const { records, failed, unprofiled } = sum.side();
  if (records === 0) throw new SetupError(`${side.name}: has no record`);
  if (failed + unprofiled === records) {
    throw new SetupError(
      `${side.name}: has nothing to compare, of ${counted(records, 'record')} ${failed} failed and ${unprofiled} have no profile`,
    );
  }
  return sum;
}

function rowsOf({ report }: OpenSide, sum: SideSum | undefined): Rows {
  return report === undefined ? rowsOfSide(sum!.side()) : rowsOfReport(report);
}

function compared(
  sides: readonly [OpenSide, OpenSide],
  base: Side,
  next: Side,
  inputs: CompareResult['inputs'],
  { fields, confidence, isMatched, isWhole }: ReadSidesOptions & { readonly isWhole: boolean },
): Compared {
  return {
    base: factsOf(sides[0], base),
    new: factsOf(sides[1], next),
    inputs,
    confidence,
    fields,
    isWhole,
    comparisons: compareSides(base, next, { fields, confidence, isMatched }),
  };
}

function factsOf({ name, sources, report }: OpenSide, side: Side | undefined): SideFacts {
  if (side === undefined) {
    const records = report?.records ?? null;
    return { name, files: null, records, failed: 0, unprofiled: 0, nameless: 0, processes: null };
  }
  const { records, failed, unprofiled, nameless, processes } = side;
  return { name, files: sources.length, records, failed, unprofiled, nameless, processes };
}

function nothingInCommon(sides: readonly [OpenSide, OpenSide], base: Side, next: Side): string {
  const names = sides.map(({ name }) => name).join(' and ');
  const nameless = base.nameless + next.nameless;
  const why = nameless > 0 ? `, ${counted(nameless, 'record')} without a member "input"` : '';
  return `${names} have no input in common${why}: nothing can be compared, unless with --unmatched as two corpora`;
}
