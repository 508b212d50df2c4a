import type { TimelinePart } from '../page/page-data.js';

export interface StackedHolder {
  readonly holder: string;
  /** KiB at each point. */
  readonly kib: readonly (number | null)[];
  /** With all holders below it. */
  readonly top: readonly (number | null)[];
}

/** The holders as they are stacked, the lowest first. The residual is not below zero in a stack. */
export function stackedHolders({ holders, t }: TimelinePart): StackedHolder[] {
  const sums = new Float64Array(t.length);
  return holders.map(({ holder, kib }) => ({
    holder,
    kib,
    top: kib.map((value, at) => {
      sums[at]! += Math.max(0, value ?? 0);
      return sums[at]!;
    }),
  }));
}

/** The point with the highest resident set; null where none is known. */
export function peakOf({ rss }: TimelinePart): number | null {
  let peak: number | null = null;
  rss.forEach((value, at) => {
    if (value !== null && (peak === null || value > rss[peak]!)) peak = at;
  });
  return peak;
}

export interface Lane {
  readonly stage: string;
  readonly depth: number;
  readonly spans: readonly number[];
  readonly points: number;
}

/** The stages as lanes: those that were open longest, each below its parent; and how many are left out. */
export function lanesOf(
  { stages }: TimelinePart,
  most: number,
): { readonly lanes: readonly Lane[]; readonly more: number } {
  const counted = stages.map(({ stage, spans }) => ({ stage, spans, points: pointsIn(spans) }));
  const kept = counted.toSorted((a, b) => b.points - a.points).slice(0, most);
  const names = new Set(kept.map(({ stage }) => stage));
  // In the order of the labels, a stage stands right before those below it.
  const lanes = kept
    .sort((a, b) => firstOf(a, b, counted))
    .map((lane) => ({ ...lane, depth: ancestorsAmong(lane.stage, names) }));
  return { lanes: nested(lanes), more: stages.length - lanes.length };
}

function firstOf(a: Omit<Lane, 'depth'>, b: Omit<Lane, 'depth'>, all: readonly Omit<Lane, 'depth'>[]): number {
  return all.indexOf(a) - all.indexOf(b);
}

function nested(lanes: readonly Lane[]): Lane[] {
  const isBelow = (lane: Lane, parent: Lane) => lane.stage.startsWith(`${parent.stage}.`);
  const parentOf = (lane: Lane) =>
    lanes.filter((other) => isBelow(lane, other)).sort((a, b) => b.stage.length - a.stage.length)[0];
  const walk = (parent: Lane | undefined): Lane[] =>
    lanes.filter((lane) => parentOf(lane) === parent).flatMap((lane) => [lane, ...walk(lane)]);
  return walk(undefined);
}

function ancestorsAmong(stage: string, names: ReadonlySet<string>): number {
  let depth = 0;
  for (let at = stage.lastIndexOf('.'); at > 0; at = stage.lastIndexOf('.', at - 1)) {
    if (names.has(stage.slice(0, at))) depth++;
  }
  return depth;
}

function pointsIn(spans: readonly number[]): number {
  let points = 0;
  for (let at = 0; at + 1 < spans.length; at += 2) points += spans[at + 1]! - spans[at]! + 1;
  return points;
}

/** The stages that were open at a point. */
export function openAt({ stages }: TimelinePart, point: number): string[] {
  return stages.filter(({ spans }) => isIn(spans, point)).map(({ stage }) => stage);
}

function isIn(spans: readonly number[], point: number): boolean {
  for (let at = 0; at + 1 < spans.length; at += 2) if (spans[at]! <= point && point <= spans[at + 1]!) return true;
  return false;
}
