import { PARTS } from '../model/composition.js';
import type { ProcessEntry } from '../model/process-list.js';
import type { ReportHeader } from '../model/report.js';
import { memoryKib } from '../report/process-list.js';
import { escapeControls } from '../text/escape.js';
import { duration, inline, NOTHING, type Quantity, size } from '../text/format.js';
import { GAP, type GridColumn, labelColumn, numberColumn, textColumn } from '../text/grid.js';
import { painter } from '../text/paint.js';

export interface ProcessTableOptions {
  /** Characters a line may have. */
  readonly width?: number | undefined;
  readonly colour?: boolean | undefined;
}

/** Wider, and numbers stand too far from the process that they are of. */
const WIDEST = 100;
const NARROWEST_COMMAND = 16;

interface Line {
  readonly entry: ProcessEntry;
  readonly depth: number;
}

/**
 * The processes of a run, those that a process started below it, and of these the largest first: which one holds the memory
 * is seen at once. Undefined where there is one alone.
 */
export function renderProcesses(
  { process_list: list }: Pick<ReportHeader, 'process_list'>,
  { width = WIDEST, colour = false }: ProcessTableOptions = {},
): string | undefined {
  if (list === undefined || list.processes.length + list.more < 2) return undefined;
  const lines = asTree(list.processes);
  const pids = textColumn(
    'pid',
    lines.map(({ entry }) => String(entry.pid)),
  );
  const columns = fitting(columnsOf(lines), Math.min(width, WIDEST) - pids.width - GAP.length - NARROWEST_COMMAND);
  const taken = columns.reduce((sum, column) => sum + GAP.length + column.width, pids.width + GAP.length);
  const commands = labelColumn(
    ['command', ...lines.map(({ entry, depth }) => '  '.repeat(depth) + shortCommand(entry.command))],
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
  if (list.more > 0) text.push(paint('dim', `+${list.more.toLocaleString('en-US')} more, with less memory`));
  return `${text.join('\n')}\n`;
}

/** What gives way when the table is too wide, the last first. */
type ColumnName = 'rss peak' | 'most of it' | 'exit' | 'cpu' | 'wall';
const IMPORTANCE: readonly ColumnName[] = ['rss peak', 'most of it', 'exit', 'cpu', 'wall'];

interface NamedColumn extends GridColumn {
  readonly name: ColumnName;
}

function columnsOf(lines: readonly Line[]): NamedColumn[] {
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

function fitting(columns: readonly NamedColumn[], width: number): NamedColumn[] {
  const byImportance = columns.toSorted((a, b) => IMPORTANCE.indexOf(a.name) - IMPORTANCE.indexOf(b.name));
  let needed = columns.reduce((sum, column) => sum + GAP.length + column.width, 0);
  while (needed > width && byImportance.length > 1) needed -= GAP.length + byImportance.pop()!.width;
  return columns.filter((column) => byImportance.includes(column));
}

/** Who holds most of the memory of a process at its end; empty where nobody looked. */
function largestPart({ composition }: ProcessEntry): string {
  if (composition === null) return '';
  const parts = [
    ...PARTS.map(({ part, name }) => ({ name, kib: composition[part] ?? 0 })),
    { name: 'other', kib: composition.residual_kb ?? 0 },
  ];
  const [largest] = parts.sort((a, b) => b.kib - a.kib);
  return largest === undefined || largest.kib <= 0 ? '' : `${largest.name} ${inline(size(largest.kib))}`;
}

/** Those whose parent is not listed stand at the margin. */
function asTree(processes: readonly ProcessEntry[]): Line[] {
  const parents = new Map(processes.map((entry, index) => [entry, parentOf(entry, processes.slice(0, index))]));
  const largest = new Map<ProcessEntry, number>();
  // Children stand behind their parents.
  for (const entry of processes.toReversed()) {
    const most = Math.max(largest.get(entry) ?? 0, memoryKib(entry));
    largest.set(entry, most);
    const parent = parents.get(entry);
    if (parent !== undefined) largest.set(parent, Math.max(largest.get(parent) ?? 0, most));
  }
  const childrenOf = (parent: ProcessEntry | undefined, depth: number): Line[] =>
    processes
      .filter((entry) => parents.get(entry) === parent)
      .sort((a, b) => largest.get(b)! - largest.get(a)!)
      .flatMap((entry) => [{ entry, depth }, ...childrenOf(entry, depth + 1)]);
  return childrenOf(undefined, 0);
}

/** Ids are used again: of those of an id, the last one before it. */
function parentOf({ parent }: ProcessEntry, before: readonly ProcessEntry[]): ProcessEntry | undefined {
  return parent === null ? undefined : before.findLast(({ pid }) => pid === parent);
}

/** `/usr/bin/node /srv/app/dist/app.js --all` as `node …/app.js --all`. */
export function shortCommand(command: string | null): string {
  if (command === null) return '(not seen)';
  const [program = '', ...args] = command.split(' ');
  const name = program.slice(program.lastIndexOf('/') + 1);
  return escapeControls([name === '' ? program : name, ...args.map(shortPath)].join(' '));
}

/** A path of several folders by its end, by itself or behind the name of an option. */
function shortPath(arg: string): string {
  const at = arg.indexOf('=') + 1;
  const path = arg.slice(at);
  const last = path.lastIndexOf('/');
  const isLong = last > 0 && last < path.length - 1 && path.indexOf('/', 1) < last;
  return isLong ? `${arg.slice(0, at)}…${path.slice(last)}` : arg;
}
