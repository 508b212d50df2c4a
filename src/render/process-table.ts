import { PARTS } from '../model/composition.js';
import type { ProcessEntry } from '../model/process-list.js';
import { memoryKib } from '../report/process-list.js';
import { baseName } from '../text/base-name.js';
import { escapeControls } from '../text/escape.js';
import { duration, inline, NOTHING, type Quantity, size } from '../text/format.js';
import { fittingColumns, GAP, type GridColumn, labelColumn, numberColumn, textColumn } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { painter } from '../text/paint.js';
import type { ProcessLine } from './process-tree.js';
import { indented } from './table.js';
import type { ReportView } from './view.js';

/** In a wider table the numbers stand too far from their process. */
const WIDEST = 100;
const NARROWEST_COMMAND = 16;

/**
 * The processes of a run as a tree, the largest of each parent first, so that one sees at once which process holds the
 * memory. Undefined if there was a single process.
 */
export function renderProcesses(
  { processes }: Pick<ReportView, 'processes'>,
  { width = WIDEST, colour = false }: Layout = {},
): string | undefined {
  if (processes === null) return undefined;
  const { lines, more } = processes;
  const pids = textColumn(
    'pid',
    lines.map(({ entry }) => String(entry.pid)),
  );
  const columns = fittingColumns(
    columnsOf(lines),
    Math.min(width, WIDEST) - pids.width - GAP.length - NARROWEST_COMMAND,
    ({ name }) => IMPORTANCE.indexOf(name),
  );
  const taken = columns.reduce((sum, column) => sum + GAP.length + column.width, pids.width + GAP.length);
  const commands = labelColumn(
    ['command', ...lines.map(({ entry, depth }) => indented(shortCommand(entry.command), depth))],
    Math.max(NARROWEST_COMMAND, Math.min(width, WIDEST) - taken),
  );
  const paint = painter(colour);
  const most = Math.max(...lines.map(({ entry }) => memoryKib(entry)));
  const text = pids.cells.map((pid, index) => {
    const cells = columns.map(({ cells }) => cells[index]!);
    const line = [pid, commands.cells[index]!, ...cells].join(GAP).trimEnd();
    if (index === 0) return paint('dim', line);
    return memoryKib(lines[index - 1]!.entry) === most && most > 0 ? paint('bold', line) : line;
  });
  if (more > 0) text.push(paint('dim', `+${more.toLocaleString('en-US')} more, with less memory`));
  return `${text.join('\n')}\n`;
}

type ColumnName = 'rss peak' | 'most of it' | 'exit' | 'cpu' | 'wall';

/** Which columns a table keeps when it is too wide, the most important first. */
const IMPORTANCE: readonly ColumnName[] = ['rss peak', 'most of it', 'exit', 'cpu', 'wall'];

interface NamedColumn extends GridColumn {
  readonly name: ColumnName;
}

function columnsOf(lines: readonly ProcessLine[]): NamedColumn[] {
  const numbers = (name: ColumnName, quantityOf: (entry: ProcessEntry) => Quantity) => ({
    name,
    ...numberColumn(
      name,
      lines.map(({ entry }) => quantityOf(entry)),
    ),
  });
  const texts = (name: ColumnName, textOf: (entry: ProcessEntry) => string) => ({
    name,
    ...textColumn(
      name,
      lines.map(({ entry }) => textOf(entry)),
    ),
  });
  const columns = [
    texts('exit', ({ exit }) => (exit === null ? '' : escapeControls(String(exit)))),
    numbers('wall', ({ wall_s }) => (wall_s === null ? NOTHING : duration(wall_s))),
    numbers('cpu', ({ cpu_s }) => (cpu_s === null ? NOTHING : duration(cpu_s))),
    numbers('rss peak', ({ rss_kb_peak }) => (rss_kb_peak === null ? NOTHING : size(rss_kb_peak))),
    texts('most of it', largestPart),
  ];
  return columns.filter(({ name }) => name !== 'most of it' || lines.some(({ entry }) => largestPart(entry) !== ''));
}

/** Who holds most of the memory of a process at its end; empty if that was not read. */
function largestPart({ composition }: ProcessEntry): string {
  if (composition === null) return '';
  const parts = [
    ...PARTS.map(({ part, name }) => ({ name, kib: composition[part] ?? 0 })),
    { name: 'other', kib: composition.other_kb ?? 0 },
  ];
  const [largest] = parts.sort((a, b) => b.kib - a.kib);
  return largest === undefined || largest.kib <= 0 ? '' : `${largest.name} ${inline(size(largest.kib))}`;
}

/** `/usr/bin/node /srv/app/dist/app.js --all` becomes `node …/app.js --all`. */
export function shortCommand(command: string | null): string {
  if (command === null) return '(not seen)';
  const [program = '', ...args] = command.split(' ');
  const name = baseName(program);
  return [name === '' ? program : name, ...args.map(shortPath)].join(' ');
}

/** Shortens a path of several folders to its end, also behind the name of an option. */
function shortPath(arg: string): string {
  const at = arg.indexOf('=') + 1;
  const path = arg.slice(at);
  const last = path.lastIndexOf('/');
  const isLong = last > 0 && last < path.length - 1 && path.indexOf('/', 1) < last;
  return isLong ? `${arg.slice(0, at)}…${path.slice(last)}` : arg;
}
