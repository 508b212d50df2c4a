import type { Report, StageRow } from '../model/report.js';
import { stageTree } from '../report/tree.js';
import { escapeControls } from '../text/escape.js';
import { NOTHING, type Quantity, size } from '../text/format.js';
import { GAP, labelColumn, numberColumn } from '../text/grid.js';
import { type Paint, painter } from '../text/paint.js';

export interface ModuleTableOptions {
  /** Characters a line may have: modules that allocated least give way to it. */
  readonly width?: number | undefined;
  readonly colour?: boolean | undefined;
}

const HEADING = 'allocated by';
const OTHERS = 'others';
const MOST_MODULES = 6;
/** Of what the first module allocated in any one stage: modules below it are among the others. */
const LEAST_SHARE = 0.001;
const MOST_STAGES = 20;
/** Labels and headings are shortened to this, in characters. */
const LABEL_WIDTH = 36;

/**
 * Who allocated: stages, or where there are none the program, with the native memory that each module asked for in
 * them, the modules that allocated most first. Undefined where no allocation was charged to a module.
 */
export function renderModules(report: Report, options: ModuleTableOptions = {}): string | undefined {
  const { width = Number.POSITIVE_INFINITY, colour = false } = options;
  const { stages, program } = report;
  const all = stages.length === 0 && program ? [program] : stages;
  const rows = all.filter(({ native_modules }) => Object.keys(native_modules ?? {}).length > 0);
  if (rows.length === 0) return undefined;
  const shown = largest(rows);
  const lines = stageTree(shown).map(({ row, depth, name }) => ({
    row,
    label: '  '.repeat(depth) + escapeControls(name),
  }));
  const labels = labelColumn([HEADING, ...lines.map(({ label }) => label)], LABEL_WIDTH);
  const columns = fitting(modulesOf(rows), lines, width - labels.width);
  const omitted = rows.length - shown.length;
  const text = labels.cells.map((label, line) => {
    const cells = columns.map((cellsOf) => cellsOf[line]!);
    return painted([label, ...cells].join(GAP).trimEnd(), line, painter(colour));
  });
  if (omitted > 0) text.push(`${omitted} more ${omitted === 1 ? 'stage' : 'stages'} allocated less`);
  return `${text.join('\n')}\n`;
}

function painted(line: string, index: number, paint: Paint): string {
  return index === 0 ? paint('dim', line) : line;
}

function largest(rows: readonly StageRow[]): readonly StageRow[] {
  if (rows.length <= MOST_STAGES) return rows;
  const kept = new Set(rows.toSorted((a, b) => total(b) - total(a)).slice(0, MOST_STAGES));
  return rows.filter((row) => kept.has(row));
}

/**
 * The modules that matter in some stage, those that allocated most in any one first: parents contain their children.
 */
function modulesOf(rows: readonly StageRow[]): string[] {
  const most = new Map<string, number>();
  for (const { native_modules } of rows) {
    for (const [name, kib] of Object.entries(native_modules ?? {})) most.set(name, Math.max(most.get(name) ?? 0, kib));
  }
  const least = LEAST_SHARE * Math.max(...most.values());
  return Array.from(most)
    .filter(([, kib]) => kib >= least)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
}

type Lines = readonly { readonly row: StageRow }[];

/** As many modules as fit, and what all others have allocated, where there are any. */
function fitting(modules: readonly string[], lines: Lines, width: number): (readonly string[])[] {
  const all = new Set(lines.flatMap(({ row }) => Object.keys(row.native_modules ?? {})));
  for (let kept = Math.min(modules.length, MOST_MODULES); ; kept--) {
    const names = modules.slice(0, kept);
    const columns = names.map((name) =>
      numberColumn(
        heading(name),
        lines.map(({ row }) => kibCell(row.native_modules?.[name] ?? 0)),
      ),
    );
    if (kept < all.size) columns.push(othersColumn(new Set(names), lines));
    const needed = columns.reduce((sum, column) => sum + GAP.length + column.width, 0);
    if (needed <= width || kept <= 1) return columns.map(({ cells }) => cells);
  }
}

function othersColumn(named: ReadonlySet<string>, lines: Lines) {
  const cells = lines.map(({ row }) => {
    const others = Object.entries(row.native_modules ?? {}).filter(([name]) => !named.has(name));
    return kibCell(others.reduce((sum, [, kib]) => sum + kib, 0));
  });
  return numberColumn(OTHERS, cells);
}

/** The file's name: the path of its package is in the report. */
function heading(name: string): string {
  const file = escapeControls(name.slice(name.lastIndexOf('/') + 1));
  return file.length > LABEL_WIDTH ? `${file.slice(0, LABEL_WIDTH - 1)}…` : file;
}

function kibCell(kib: number): Quantity {
  return kib === 0 ? NOTHING : size(kib);
}

function total({ native_modules }: StageRow): number {
  return Object.values(native_modules ?? {}).reduce((sum, kib) => sum + kib, 0);
}
