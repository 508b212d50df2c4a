import type { NumberField } from '../model/number-metrics.js';
import type { CompareNote } from './compare-note.js';
import type { Comparison } from './comparison.js';
import { isComparable } from './missing-metrics.js';
import { compareNotes, headingLines } from './notes.js';
import { type CompareRanking, ranked } from './ranking.js';
import type { CompareResult } from './result.js';
import { type Verdict, verdictsOf } from './verdicts.js';

/** All that is computed from a comparison to show it. Every format takes it from here. */
export interface ComparisonView {
  readonly result: CompareResult;
  /** One of each metric that was asked for, in the order of the table of metrics. */
  readonly blocks: readonly MetricBlock[];
  readonly verdicts: ReadonlyMap<Comparison, Verdict>;
  readonly heading: readonly string[];
  readonly notes: readonly CompareNote[];
}

export interface MetricBlock {
  readonly field: NumberField;
  /** The rows to show, in the order of the ranking. */
  readonly rows: readonly Comparison[];
  /** How many rows there are. */
  readonly count: number;
  /** Whether both sides have numbers. Tables leave the block out otherwise. */
  readonly isComparable: boolean;
}

export function comparisonView(result: CompareResult, { sort, top }: CompareRanking): ComparisonView {
  const blocks = result.fields.map((field): MetricBlock => {
    const all = ranked(result.comparisons, field, { sort });
    const rows = top === undefined ? all : all.slice(0, top);
    return { field, rows, count: all.length, isComparable: isComparable(result, field) };
  });
  return {
    result,
    blocks,
    verdicts: verdictsOf(result),
    heading: headingLines(result),
    notes: compareNotes(result),
  };
}
