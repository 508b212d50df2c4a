import { Set } from '../host/intrinsics.js';
import type { StageRow } from '../model/report.js';
import { MEMORY_RULES } from './memory.js';
import { factsOf, type Reading, type ReadingContext, type ReadingKind, type Rule } from './rule.js';
import { TIME_RULES } from './time.js';

export type { Reading, ReadingContext, ReadingKind } from './rule.js';
export { READING_THRESHOLDS, type Threshold, type ThresholdName } from './thresholds.js';

/** In the order in which readings of equal weight stand. */
export const READING_RULES: readonly Rule[] = [...MEMORY_RULES, ...TIME_RULES];

/** In the order in which readings of equal share stand. */
export const READING_KINDS: readonly ReadingKind[] = [...new Set(READING_RULES.map(({ kind }) => kind))];

/**
 * What a person can act on in a row, the reading that matters most first; docs/readings.md explains each. A
 * condition that needs a number the row does not have, or has only of some of its calls, says nothing.
 *
 * @param context the report the row is of
 */
export function readingsOf(row: StageRow, context: ReadingContext): Reading[] {
  if (row.calls + row.open === 0) return [];
  const facts = factsOf(row, context);
  return READING_RULES.flatMap((rule) => rule.read(facts) ?? []).sort(byWeight);
}

/** For a sort, the reading that matters most first. Sorting keeps the order of the rules where two weigh the same. */
export function byWeight(a: Reading, b: Reading): number {
  return rank(a) - rank(b) || b.share - a.share;
}

const MEMORY_KINDS: ReadonlySet<ReadingKind> = new Set(MEMORY_RULES.map(({ kind }) => kind));

/**
 * Memory that is not there ends the job, time only lengthens it. Threads at work are no cost in themselves: `off-thread`
 * only says where to look, after all that costs something.
 */
function rank({ kind }: Reading): number {
  if (MEMORY_KINDS.has(kind)) return 0;
  return kind === 'off-thread' ? 2 : 1;
}
