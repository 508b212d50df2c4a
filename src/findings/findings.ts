import { Array, Map, Set } from '../host/intrinsics.js';
import type { Report, StageRow } from '../model/report.js';
import { outermostRows, outsideRow } from '../report/outside-row.js';
import { RowTree } from './freed-elsewhere.js';
import { byWeight, findingsOfRow, MEMORY_KINDS, TOTAL_KINDS } from './row-findings.js';
import type { Finding, FindingContext, FindingKind } from './rule.js';

/** The findings of each row of a report, and of its outside row and its program as a whole if those have any. */
export type FindingsByRow = ReadonlyMap<StageRow, readonly Finding[]>;

/**
 * What a person can act on in a report: the findings of all rows and of the outside row, the one that matters most
 * first. docs/findings.md explains each kind. A missing finding is no proof of health: a rule finds nothing if a number
 * that it needs was not measured.
 */
export function findingsOf(report: Report): Finding[] {
  return [...findingsByRow(report, outsideRow(report)).values()].flat().sort(byWeight);
}

/**
 * The report of a corpus as the rules look at it: sums are over all processes, a peak is that of one. The header of a
 * report from `run` tells their number itself. The rows are the same objects.
 *
 * @param processes how many processes the rows cover, if that is known
 */
export function judgedAs(report: Report, processes: number | undefined): Report & Pick<FindingContext, 'areAlike'> {
  return processes === undefined || report.processes !== undefined ? report : { ...report, processes, areAlike: true };
}

/** @param outside the outside row of the report; null if it is not known */
export function findingsByRow(report: Report, outside: StageRow | null): FindingsByRow {
  const context = {
    ...report,
    collected: report.stages.some(({ js_kb_retained }) => typeof js_kb_retained === 'number'),
    tree: new RowTree(report.stages, outside),
  };
  const findings = new Map(Array.from(report.stages, (row) => [row, findingsOfRow(row, context)] as const));
  const found = outside === null ? [] : findingsOutside(outside, context);
  if (outside !== null && found.length > 0) findings.set(outside, found);
  const total = findingsOfTotal(context, findings);
  return report.program === null || total.length === 0 ? findings : findings.set(report.program, total);
}

/**
 * What only the program as a whole shows: the resident set grew in one stage, and another stage freed the memory, which
 * the allocator then kept. Whatever a row tells already is left out.
 */
function findingsOfTotal(context: Report & FindingContext, findings: FindingsByRow): Finding[] {
  const { program, stages, partial } = context;
  if (program === null || stages.length === 0 || partial === true) return [];
  const told = new Set([...findings.values()].flat().map(({ kind }) => kind));
  // Memory that was freed outside of all stages may have been freed by the end of the program itself.
  const freedKib = outermostRows(stages).reduce((sum, { allocator_kb_delta }) => sum + (allocator_kb_delta ?? 0), 0);
  return findingsOfRow(program, context).filter(
    ({ kind, amount }) =>
      TOTAL_KINDS.has(kind) && !told.has(kind) && (kind !== 'fragmentation' || freedKib >= amount / 2),
  );
}

/** How a program spends its time outside of stages is its own business: a server waits for requests. */
function findingsOutside(row: StageRow, report: Report & FindingContext): Finding[] {
  if (report.stages.length > 0) return findingsOfRow(row, report).filter(({ kind }) => MEMORY_KINDS.has(kind));
  // Without stages, the shares are of all the time of the program.
  return findingsOfRow(row, { ...report, outside_wall_s: 0, stages_wall_s: report.total_wall_s }).filter(
    ({ kind }) => kind !== 'waiting',
  );
}

/**
 * The worst finding of each kind, the one that matters most first. A parent contains its children, so the worst is
 * often a parent: if a stage inside has more than half of its amount, that stage is taken instead. `waiting` is exempt,
 * because it is about self time.
 */
export function worstOfEachKind(findings: FindingsByRow): Finding[] {
  const byKind = new Map<FindingKind, Finding[]>();
  for (const finding of [...findings.values()].flat()) {
    const alike = byKind.get(finding.kind);
    if (alike === undefined) byKind.set(finding.kind, [finding]);
    else alike.push(finding);
  }
  const worst = Array.from(byKind, ([kind, alike]) => {
    const most = largest(alike)!;
    return kind === 'waiting' ? most : innermost(most, alike);
  });
  return worst.sort(byWeight);
}

function innermost(worst: Finding, alike: readonly Finding[]): Finding {
  const prefix = `${worst.stage}.`;
  const inside = alike.filter(({ stage }) => stage.startsWith(prefix));
  const next = largest(inside);
  return next !== undefined && next.amount > worst.amount / 2 ? innermost(next, inside) : worst;
}

function largest(alike: readonly Finding[]): Finding | undefined {
  return alike.reduce<Finding | undefined>(
    (most, one) => (most === undefined || one.amount > most.amount ? one : most),
    undefined,
  );
}
