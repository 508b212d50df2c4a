import { Array, Map, Math, Number } from '../host/intrinsics.js';
import { OUTSIDE } from '../report/outside-row.js';
import type { Outlived } from '../stacks/read-sites.js';
import { escapeControls } from '../text/escape.js';
import { duration, inline, NOTHING, size } from '../text/format.js';
import { fittingColumns, GAP, type GridColumn, labelColumn, numberColumn } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { painter } from '../text/paint.js';

const HEADING = 'born in, there after';
const MOST = 6;
/** Less is no leak that anybody looks for. */
const LEAST_BYTES = 2 ** 20;
/** Labels and headings are shortened to this, in characters. */
const LABEL_WIDTH = 36;
const LEAST_AGE_S = 0.1;

interface OutlivedLayout extends Layout {
  /** How long before the end it was so. */
  readonly ageS?: number;
}

/** The same for JSON: memory that was allocated in one stage, and was there when a call of another was last opened. */
export interface OutlivedStage {
  readonly born_in: string;
  readonly there_after: string;
  readonly kb: number;
}

/** The heaviest pairs, the heaviest first. */
export function outlivedStages(outlived: readonly Outlived[], most: number): OutlivedStage[] {
  return outlived
    .filter(({ bytes }) => bytes >= LEAST_BYTES)
    .map(({ born, after, bytes }) => ({ born_in: born, there_after: after, kb: Math.round(bytes / 1024) }))
    .sort((a, b) => b.kb - a.kb)
    .slice(0, most);
}

/**
 * Which native memory has outlived which stages: the stages in which it was born, by those of which a call was opened later.
 * Undefined where nothing worth a line has outlived any.
 */
export function renderOutlived(
  outlived: readonly Outlived[],
  { width = Number.POSITIVE_INFINITY, colour = false, ageS = 0 }: OutlivedLayout = {},
): string | undefined {
  const bytes = new Map<string, Map<string, number>>();
  for (const { born, after, bytes: more } of outlived) {
    const row = bytes.get(born) ?? new Map<string, number>();
    bytes.set(born, row);
    row.set(after, (row.get(after) ?? 0) + more);
  }
  const rows = Array.from(bytes, ([born, row]) => ({ born, row, most: Math.max(...row.values()) }))
    .filter(({ most }) => most >= LEAST_BYTES)
    .sort((a, b) => b.most - a.most)
    .slice(0, MOST);
  if (rows.length === 0) return undefined;
  const labels = labelColumn([HEADING, ...rows.map(({ born }) => nameOf(born))], LABEL_WIDTH);
  const columns = fittingColumns(stageColumns(rows.map(({ row }) => row)), width - labels.width, ({ rank }) => rank);
  const paint = painter(colour);
  const text = labels.cells.map((label, index) => {
    const line = [label, ...columns.map(({ cells }) => cells[index]!)].join(GAP).trimEnd();
    return index === 0 ? paint('dim', line) : line;
  });
  const age = ageS < LEAST_AGE_S ? '' : `${paint('dim', `as it was ${inline(duration(ageS))} before`)}\n`;
  return `${text.join('\n')}\n${age}`;
}

/** The stages that most has outlived, in that order. */
function stageColumns(rows: readonly ReadonlyMap<string, number>[]): (GridColumn & { readonly rank: number })[] {
  const sums = new Map<string, number>();
  for (const row of rows) for (const [after, bytes] of row) sums.set(after, (sums.get(after) ?? 0) + bytes);
  return Array.from(sums)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST)
    .map(([after], rank) => {
      const cells = rows.map((row) => (row.has(after) ? size(row.get(after)! / 1024) : NOTHING));
      return { ...numberColumn(nameOf(after), cells), rank };
    });
}

function nameOf(stage: string): string {
  const name = stage === '' ? OUTSIDE : escapeControls(stage);
  return name.length > LABEL_WIDTH ? `${name.slice(0, LABEL_WIDTH - 1)}…` : name;
}
