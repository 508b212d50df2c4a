import { byWeight, type Reading, type ReadingKind, readingsOf } from '../findings/findings.js';
import { MEMORY_RULES } from '../findings/memory.js';
import { Array, Map, Number, Object, Set } from '../host/intrinsics.js';
import type { Report, StageRow } from '../model/report.js';
import { outsideRow } from '../report/outside-row.js';
import { escapeControls } from '../text/escape.js';
import { textWidth } from '../text/text-width.js';
import type { Note } from './notes.js';

export const READING_HEADING = 'reading';

/** What each row of a report says. */
export type ReportReadings = ReadonlyMap<StageRow, readonly Reading[]>;

/** Of all rows, and of what no stage was open for where that says something. */
export function readingsOfReport(report: Report): ReportReadings {
  const readings = new Map(report.stages.map((row) => [row, readingsOf(row, report)]));
  const outside = outsideRow(report);
  const found = outside === null ? [] : readingsOutside(outside, report);
  return outside === null || found.length === 0 ? readings : readings.set(outside, found);
}

const MEMORY_KINDS: ReadonlySet<ReadingKind> = new Set(MEMORY_RULES.map(({ kind }) => kind));

/** How a program spends its time outside of stages is its own matter: a server waits for requests. */
function readingsOutside(row: StageRow, report: Report): Reading[] {
  if (report.stages.length > 0) return readingsOf(row, report).filter(({ kind }) => MEMORY_KINDS.has(kind));
  // All of its time is then what the shares are of.
  return readingsOf(row, { ...report, outside_wall_s: 0, stages_wall_s: report.total_wall_s }).filter(
    ({ kind }) => kind !== 'waiting',
  );
}

/** The kinds of a row, that which matters most first; those beyond `width` are counted: `fragmentation +2`. */
export function readingCell(readings: readonly Reading[], width = Number.POSITIVE_INFINITY): string {
  const kinds = readings.map(({ kind }) => kind);
  for (let shown = kinds.length; shown > 1; shown--) {
    const text = abridged(kinds, shown);
    if (textWidth(text) <= width) return text;
  }
  return kinds.length === 0 ? '' : abridged(kinds, 1);
}

function abridged(kinds: readonly ReadingKind[], shown: number): string {
  const more = kinds.length - shown;
  return `${kinds.slice(0, shown).join(',')}${more === 0 ? '' : ` +${more}`}`;
}

interface Located {
  readonly row: StageRow;
  readonly reading: Reading;
}

/** Kinds explained below a table; the column has the rest. */
const MOST_NOTES = 3;

/**
 * A line for each of the kinds that matter most, about the stage where it is worst. A parent contains its children:
 * where more than half of it is that of one stage inside, that stage is named. Only `waiting` is of self times.
 */
export function readingNotes(readings: ReportReadings): Note[] {
  const worst = worstOfEachKind(readings).sort((a, b) => byWeight(a.reading, b.reading));
  const notes = worst
    .slice(0, MOST_NOTES)
    .map(({ row, reading }): Note => ({ key: reading.kind, text: escapeControls(`${row.stage}: ${reading.text}`) }));
  const rest = worst.slice(MOST_NOTES).map(({ reading }) => reading.kind);
  if (rest.length === 0) return notes;
  return [...notes, { key: 'also', text: `${rest.join(', ')}: see docs/readings.md` }];
}

/** Fields that the readings explained below a table rest on. */
export function evidenceOf(readings: ReportReadings): ReadonlySet<string> {
  const explained = worstOfEachKind(readings)
    .sort((a, b) => byWeight(a.reading, b.reading))
    .slice(0, MOST_NOTES);
  return new Set(explained.flatMap(({ reading }) => Object.keys(reading.numbers)));
}

function worstOfEachKind(readings: ReportReadings): Located[] {
  const byKind = new Map<ReadingKind, Located[]>();
  for (const [row, found] of readings) {
    for (const reading of found) {
      const alike = byKind.get(reading.kind);
      if (alike === undefined) byKind.set(reading.kind, [{ row, reading }]);
      else alike.push({ row, reading });
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
  return next !== undefined && next.reading.amount > worst.reading.amount / 2 ? innermost(next, inside) : worst;
}

function largest(alike: readonly Located[]): Located | undefined {
  return alike.reduce<Located | undefined>(
    (most, one) => (most === undefined || one.reading.amount > most.reading.amount ? one : most),
    undefined,
  );
}
