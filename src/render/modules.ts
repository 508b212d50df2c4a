import { Array, Map, Math, Object, Set } from '../host/intrinsics.js';
import { sumOfModules } from '../model/composition.js';
import type { Report, StageRow } from '../model/report.js';
import { stageTree, type TreeRow } from '../report/tree.js';

/**
 * A module is among the others if it allocated less than this share of what the first one allocated in any one stage.
 */
const LEAST_SHARE = 0.001;
const MOST_STAGES = 20;

/** The stages in which native memory was allocated, and the modules that allocated it. */
export interface ModuleView {
  /** The module that allocated most in any one stage comes first. */
  readonly names: readonly string[];
  /** The stages that allocated most, as a tree. Without stages, the program. */
  readonly lines: readonly TreeRow[];
  /** How many stages are not in `lines`. */
  readonly more: number;
}

/** Null if no allocation was charged to a module. */
export function modulesOf({ stages, program }: Report): ModuleView | null {
  const all = stages.length === 0 && program ? [program] : stages;
  const rows = all.filter(({ native_modules }) => Object.keys(native_modules ?? {}).length > 0);
  if (rows.length === 0) return null;
  const shown = largest(rows);
  return { names: namesOf(rows), lines: stageTree(shown), more: rows.length - shown.length };
}

function largest(rows: readonly StageRow[]): readonly StageRow[] {
  if (rows.length <= MOST_STAGES) return rows;
  const ranked = rows.toSorted((a, b) => sumOfModules(b.native_modules) - sumOfModules(a.native_modules));
  const kept = new Set(ranked.slice(0, MOST_STAGES));
  return rows.filter((row) => kept.has(row));
}

/** By the highest amount in one stage, not by the sum: a parent contains what its children allocated. */
function namesOf(rows: readonly StageRow[]): string[] {
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
