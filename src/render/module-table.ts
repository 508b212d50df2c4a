import { sumOfModules } from '../model/composition.js';
import type { StageRow } from '../model/report.js';
import { baseName } from '../text/base-name.js';
import { escapeControls } from '../text/escape.js';
import { NOTHING, type Quantity, size } from '../text/format.js';
import { GAP, type GridColumn, labelColumn, numberColumn } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { painter } from '../text/paint.js';
import type { ModuleView } from './modules.js';
import { indented } from './table.js';
import type { ReportView } from './view.js';

const HEADING = 'allocated by';
const OTHERS = 'others';
const MOST_MODULES = 6;
/** Labels and headings are shortened to this, in characters. */
const LABEL_WIDTH = 36;

/**
 * Who allocated: stages, or without stages the program, with the native memory that each module asked for in them. The
 * modules that allocated least give way to the width. Undefined if no allocation was charged to a module.
 */
export function renderModules(
  { modules }: Pick<ReportView, 'modules'>,
  { width = Number.POSITIVE_INFINITY, colour = false }: Layout = {},
): string | undefined {
  if (modules === null) return undefined;
  const { lines, more } = modules;
  const labels = labelColumn([HEADING, ...lines.map(({ name, depth }) => indented(name, depth))], LABEL_WIDTH);
  const columns = fitting(modules, width - labels.width);
  const paint = painter(colour);
  const text = labels.cells.map((label, index) => {
    const line = [label, ...columns.map(({ cells }) => cells[index]!)].join(GAP).trimEnd();
    return index === 0 ? paint('dim', line) : line;
  });
  if (more > 0) text.push(`${more} more ${more === 1 ? 'stage' : 'stages'} allocated less`);
  return `${text.join('\n')}\n`;
}

/** As many modules as fit, and a column of all others if there are any. */
function fitting({ names, lines }: ModuleView, width: number): GridColumn[] {
  const rows = lines.map(({ row }) => row);
  const all = new Set(rows.flatMap(({ native_modules }) => Object.keys(native_modules ?? {})));
  for (let kept = Math.min(names.length, MOST_MODULES); ; kept--) {
    const named = names.slice(0, kept);
    const columns = named.map((name) =>
      numberColumn(
        heading(name),
        rows.map(({ native_modules }) => kibCell(native_modules?.[name] ?? 0)),
      ),
    );
    if (kept < all.size) columns.push(othersColumn(new Set(named), rows));
    const needed = columns.reduce((sum, column) => sum + GAP.length + column.width, 0);
    if (needed <= width || kept <= 1) return columns;
  }
}

function othersColumn(named: ReadonlySet<string>, rows: readonly StageRow[]): GridColumn {
  const cells = rows.map(({ native_modules }) => {
    const others = Object.entries(native_modules ?? {}).filter(([name]) => !named.has(name));
    return kibCell(sumOfModules(Object.fromEntries(others)));
  });
  return numberColumn(OTHERS, cells);
}

/** The name of the file. The report has the path of its package. */
function heading(name: string): string {
  const file = escapeControls(baseName(name));
  return file.length > LABEL_WIDTH ? `${file.slice(0, LABEL_WIDTH - 1)}…` : file;
}

function kibCell(kib: number): Quantity {
  return kib === 0 ? NOTHING : size(kib);
}
