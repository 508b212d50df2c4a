import { Set } from '../host/intrinsics.js';
import type { StageRow } from '../model/report.js';
import { MEMORY_RULES } from './memory.js';
import { type Finding, type FindingContext, type FindingKind, inContext, type Rule } from './rule.js';
import { TIME_RULES } from './time.js';

/** Findings of equal weight stand in this order. */
export const FINDING_RULES: readonly Rule[] = [...MEMORY_RULES, ...TIME_RULES];

/** In the order of the rules. */
export const FINDING_KINDS: readonly FindingKind[] = [...new Set(FINDING_RULES.map(({ kind }) => kind))];

/** The kinds that are about memory. */
export const MEMORY_KINDS: ReadonlySet<FindingKind> = new Set(MEMORY_RULES.map(({ kind }) => kind));

/** The kinds that the row of the whole program can have although no stage has them. */
export const TOTAL_KINDS: ReadonlySet<FindingKind> = new Set<FindingKind>([
  'fragmentation',
  'native-growth',
  'mapped-growth',
]);

/**
 * The findings of one row, the one that matters most first. A rule finds nothing if the row lacks a number that the
 * rule needs, or has that number for only some of its calls.
 *
 * @param context the report that the row belongs to
 */
export function findingsOfRow(row: StageRow, context: FindingContext): Finding[] {
  if (row.calls + row.open === 0) return [];
  const given = inContext(row, context);
  return FINDING_RULES.flatMap((rule) => rule.read(given) ?? []).sort(byWeight);
}

/** For a sort: the finding that matters most comes first. Findings of equal weight keep their order. */
export function byWeight(a: Finding, b: Finding): number {
  return classOf(a) - classOf(b) || b.share - a.share;
}

/**
 * Memory comes first: a lack of memory ends the job, while lost time only lengthens it. `off-thread` comes last:
 * threads at work cost nothing by themselves, so it only says where to look.
 */
function classOf({ kind }: Finding): number {
  if (MEMORY_KINDS.has(kind)) return 0;
  return kind === 'off-thread' ? 2 : 1;
}
