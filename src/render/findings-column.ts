import { byWeight, type Finding, type FindingKind, findingsOf } from '../findings/findings.js';
import { MEMORY_RULES } from '../findings/memory.js';
import { Array, Map, Number, Object, Set } from '../host/intrinsics.js';
import type { Report, StageRow } from '../model/report.js';
import { outsideRow } from '../report/outside-row.js';
import { escapeControls } from '../text/escape.js';
import { textWidth } from '../text/text-width.js';
import type { Note } from './notes.js';

export const FINDING_HEADING = 'finding';

/** What each row of a report says. */
export type ReportFindings = ReadonlyMap<StageRow, readonly Finding[]>;

/** Of all rows, and of what no stage was open for where that says something. */
export function findingsOfReport(report: Report): ReportFindings {
  const findings = new Map(report.stages.map((row) => [row, findingsOf(row, report)]));
  const outside = outsideRow(report);
  const found = outside === null ? [] : findingsOutside(outside, report);
  return outside === null || found.length === 0 ? findings : findings.set(outside, found);
}

const MEMORY_KINDS: ReadonlySet<FindingKind> = new Set(MEMORY_RULES.map(({ kind }) => kind));

/** How a program spends its time outside of stages is its own matter: a server waits for requests. */
function findingsOutside(row: StageRow, report: Report): Finding[] {
  if (report.stages.length > 0) return findingsOf(row, report).filter(({ kind }) => MEMORY_KINDS.has(kind));
  // All of its time is then what the shares are of.
  return findingsOf(row, { ...report, outside_wall_s: 0, stages_wall_s: report.total_wall_s }).filter(
    ({ kind }) => kind !== 'waiting',
  );
}

/** The kinds of a row, that which matters most first; those beyond `width` are counted: `fragmentation +2`. */
export function findingCell(findings: readonly Finding[], width = Number.POSITIVE_INFINITY): string {
  const kinds = findings.map(({ kind }) => kind);
  for (let shown = kinds.length; shown > 1; shown--) {
    const text = abridged(kinds, shown);
    if (textWidth(text) <= width) return text;
  }
  return kinds.length === 0 ? '' : abridged(kinds, 1);
}

function abridged(kinds: readonly FindingKind[], shown: number): string {
  const more = kinds.length - shown;
  return `${kinds.slice(0, shown).join(',')}${more === 0 ? '' : ` +${more}`}`;
}

interface Located {
  readonly row: StageRow;
  readonly finding: Finding;
}

/** Kinds explained below a table; the column has the rest. */
const MOST_NOTES = 3;

/**
 * A line for each of the kinds that matter most, about the stage where it is worst. A parent contains its children:
 * where more than half of it is that of one stage inside, that stage is named. Only `waiting` is of self times.
 */
export function findingNotes(findings: ReportFindings): Note[] {
  const worst = worstOfEachKind(findings).sort((a, b) => byWeight(a.finding, b.finding));
  const notes = worst
    .slice(0, MOST_NOTES)
    .map(({ row, finding }): Note => ({ key: finding.kind, text: escapeControls(`${row.stage}: ${finding.text}`) }));
  const rest = worst.slice(MOST_NOTES).map(({ finding }) => finding.kind);
  if (rest.length === 0) return notes;
  return [...notes, { key: 'also', text: `${rest.join(', ')}: see docs/findings.md` }];
}

/** Fields that the findings explained below a table rest on. */
export function evidenceOf(findings: ReportFindings): ReadonlySet<string> {
  const explained = worstOfEachKind(findings)
    .sort((a, b) => byWeight(a.finding, b.finding))
    .slice(0, MOST_NOTES);
  return new Set(explained.flatMap(({ finding }) => Object.keys(finding.numbers)));
}

function worstOfEachKind(findings: ReportFindings): Located[] {
  const byKind = new Map<FindingKind, Located[]>();
  for (const [row, found] of findings) {
    for (const finding of found) {
      const alike = byKind.get(finding.kind);
      if (alike === undefined) byKind.set(finding.kind, [{ row, finding }]);
      else alike.push({ row, finding });
    }
  }
  return Array.from(byKind, ([kind, alike]) => {
    const worst = largest(alike)!;
    return kind === 'waiting' ? worst : innermost(worst, alike);
  });
}

function innermost(worst: Located, alike: readonly Located[]): Located {
  const prefix = `${worst.row.stage}.`;
  const inside = alike.filter(({ row }) => row.stage.startsWith(prefix));
  const next = largest(inside);
  return next !== undefined && next.finding.amount > worst.finding.amount / 2 ? innermost(next, inside) : worst;
}

function largest(alike: readonly Located[]): Located | undefined {
  return alike.reduce<Located | undefined>(
    (most, one) => (most === undefined || one.finding.amount > most.finding.amount ? one : most),
    undefined,
  );
}
