import { Set } from '../host/intrinsics.js';
import type { StageRow } from '../model/report.js';
import { MEMORY_RULES } from './memory.js';
import { type Finding, type FindingContext, type FindingKind, factsOf, type Rule } from './rule.js';
import { TIME_RULES } from './time.js';

export type { Finding, FindingContext, FindingKind } from './rule.js';
export { FINDING_THRESHOLDS, type Threshold, type ThresholdName } from './thresholds.js';

/** In the order in which findings of equal weight stand. */
export const FINDING_RULES: readonly Rule[] = [...MEMORY_RULES, ...TIME_RULES];

/** In the order in which findings of equal share stand. */
export const FINDING_KINDS: readonly FindingKind[] = [...new Set(FINDING_RULES.map(({ kind }) => kind))];

/**
 * What a person can act on in a row, the finding that matters most first; docs/findings.md explains each. A
 * condition that needs a number the row does not have, or has only of some of its calls, says nothing.
 *
 * @param context the report the row is of
 */
export function findingsOf(row: StageRow, context: FindingContext): Finding[] {
  if (row.calls + row.open === 0) return [];
  const facts = factsOf(row, context);
  return FINDING_RULES.flatMap((rule) => rule.read(facts) ?? []).sort(byWeight);
}

/** For a sort, the finding that matters most first. Sorting keeps the order of the rules where two weigh the same. */
export function byWeight(a: Finding, b: Finding): number {
  return rank(a) - rank(b) || b.share - a.share;
}

const MEMORY_KINDS: ReadonlySet<FindingKind> = new Set(MEMORY_RULES.map(({ kind }) => kind));

/**
 * Memory that is not there ends the job, time only lengthens it. Threads at work are no cost in themselves: `off-thread`
 * only says where to look, after all that costs something.
 */
function rank({ kind }: Finding): number {
  if (MEMORY_KINDS.has(kind)) return 0;
  return kind === 'off-thread' ? 2 : 1;
}
