import type { ReportPart, StageColumn, StageLine } from '../page/page-data.js';

export type Share = 'total' | 'self';

export interface StageNode {
  readonly line: StageLine;
  readonly parent: StageNode | null;
  readonly children: StageNode[];
}

/** How the rows are to be shown. */
export interface StageOrder {
  /** The number of a column, or null for the order of first entry. */
  readonly by: number | null;
  readonly descending: boolean;
  readonly share: Share;
  readonly shape: 'tree' | 'list';
  /** Stages whose children are hidden. */
  readonly closed: ReadonlySet<string>;
  /** Only stages that contain this text, and in a tree those above them. */
  readonly search: string;
}

/** The lines of a report as a tree: each is below the last line before it that is less deep. */
export function stageForest({ lines }: Pick<ReportPart, 'lines'>): StageNode[] {
  const path: StageNode[] = [];
  return lines.map((line) => {
    path.length = Math.min(path.length, line.depth);
    const parent = path.at(-1) ?? null;
    const node: StageNode = { line, parent, children: [] };
    parent?.children.push(node);
    path.push(node);
    return node;
  });
}

/** What a stage itself has of a column, without those below it. A peak or a count is not divided. */
export function cellValue(
  columns: readonly StageColumn[],
  node: StageNode,
  index: number,
  share: Share,
): number | null {
  const value = node.line.cells[index] ?? null;
  if (share === 'total' || value === null) return value;
  const { self, fold } = columns[index]!;
  const ofSelf = self === null ? -1 : columns.findIndex(({ key }) => key === self);
  if (ofSelf !== -1) return node.line.cells[ofSelf] ?? null;
  if (fold !== 'flow' && fold !== 'growth') return value;
  const below = node.children.reduce((sum, child) => sum + (child.line.cells[index] ?? 0), 0);
  // Children that overlap count more than once in the sum.
  return fold === 'flow' ? Math.max(0, value - below) : value - below;
}

export interface ShownLine {
  readonly node: StageNode;
  readonly depth: number;
  readonly isOpen: boolean;
}

/** The lines to show, in their order. */
export function shownLines(
  nodes: readonly StageNode[],
  columns: readonly StageColumn[],
  { by, descending, share, shape, closed, search }: StageOrder,
): ShownLine[] {
  const wanted = search.toLowerCase();
  const matches = (node: StageNode) => node.line.stage.toLowerCase().includes(wanted);
  const sorted = (siblings: readonly StageNode[]): readonly StageNode[] => {
    if (by === null) return siblings;
    const valueOf = (node: StageNode) => cellValue(columns, node, by, share);
    const values = new Map(siblings.map((node) => [node, valueOf(node)]));
    return siblings.toSorted((a, b) => compared(values.get(a)!, values.get(b)!, descending));
  };
  if (shape === 'list') return sorted(nodes.filter(matches)).map((node) => ({ node, depth: 0, isOpen: true }));
  const kept = new Set<StageNode>();
  for (const node of nodes) {
    if (!matches(node)) continue;
    for (let at: StageNode | null = node; at !== null && !kept.has(at); at = at.parent) kept.add(at);
  }
  const shown: ShownLine[] = [];
  const waiting = sorted(nodes.filter(({ parent }) => parent === null))
    .map((node) => ({ node, depth: 0 }))
    .reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    if (!kept.has(node)) continue;
    // A search opens what it finds.
    const isOpen = wanted !== '' || !closed.has(node.line.stage);
    shown.push({ ...next, isOpen });
    if (!isOpen) continue;
    for (const child of sorted(node.children).toReversed()) waiting.push({ node: child, depth: depth + 1 });
  }
  return shown;
}

/** What was not measured stands at the end, whichever way the rest is sorted. */
function compared(a: number | null, b: number | null, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return descending ? b - a : a - b;
}

/** The largest amount of a column, which its bars are drawn against. */
export function largestOf(
  nodes: readonly StageNode[],
  columns: readonly StageColumn[],
  index: number,
  share: Share,
): number {
  return nodes.reduce((most, node) => Math.max(most, Math.abs(cellValue(columns, node, index, share) ?? 0)), 0);
}
