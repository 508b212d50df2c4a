import { Map, Set } from '../host/intrinsics.js';
import { nearestAncestor } from '../model/label-path.js';
import type { StageRow } from '../model/report.js';

/** A row and its position in the tree of stages. */
export interface TreeRow {
  readonly row: StageRow;
  /** 0 for a row without an ancestor among the rows. */
  readonly depth: number;
  /** The label without that of the nearest ancestor among the rows. */
  readonly name: string;
}

/**
 * Each row below its nearest ancestor, siblings in the order of the rows. A row is not always entered after its
 * ancestors: a merge may meet `a.b` in one report and `a` in the next.
 */
export function stageTree(rows: readonly StageRow[]): TreeRow[] {
  const labels = new Set(rows.map((row) => row.stage));
  const parents = rows.map((row) => nearestAncestor(row.stage, labels));
  const children = new Map<string | null, StageRow[]>();
  for (const [index, row] of rows.entries()) {
    const parent = parents[index]!;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [row]);
    else siblings.push(row);
  }
  return flatten(children);
}

function flatten(children: ReadonlyMap<string | null, readonly StageRow[]>): TreeRow[] {
  const ordered: TreeRow[] = [];
  // A stack of its own, last sibling first, because a recursive program nests labels deeper than function calls may
  // nest.
  const waiting: TreeRow[] = [];
  const push = (parent: string | null, depth: number): void => {
    for (const row of (children.get(parent) ?? []).toReversed()) {
      waiting.push({ row, depth, name: parent === null ? row.stage : row.stage.slice(parent.length + 1) });
    }
  };
  push(null, 0);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    ordered.push(next);
    push(next.row.stage, next.depth + 1);
  }
  return ordered;
}
