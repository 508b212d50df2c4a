import type { TimelinePart } from '../page/page-data.js';
import { type LifePoint, largestParts, lifePoints, partOf } from '../page/timeline-part.js';
import { counted } from '../text/format.js';
import { readIfThere } from './last-moments.js';

/** So many points of a process are kept at least, once there were as many. */
const KEPT_POINTS = 512;

interface WorkerLife {
  readonly points: LifePoint[];
  /** Milliseconds since 1970 at the first point. */
  readonly startMs: number;
  /** How many points there were before some were left out. */
  seen: number;
}

/** An input that runs, as far as its memory over time is wanted. */
interface Looked {
  readonly worker: { readonly pid?: number | undefined };
  readonly left: { readonly recorderPath: string | null };
}

/**
 * The memory of worker processes over time, from the recorders of the inputs that run when somebody looks: each has the
 * readings since its input began.
 */
export class WorkerTimelines {
  readonly #lives = new Map<number, WorkerLife>();

  look({ worker: { pid }, left: { recorderPath } }: Looked): void {
    if (pid === undefined) return;
    const points = readIfThere(recorderPath, (recording) => lifePoints(recording));
    if (points === null || points.length === 0) return;
    let life = this.#lives.get(pid);
    if (life === undefined) {
      const last = points.at(-1)!;
      life = { points: [], startMs: Math.round(Date.now() - (last.wallNs - points[0]!.wallNs) / 1e6), seen: 0 };
      this.#lives.set(pid, life);
    }
    const before = life.points.at(-1)?.wallNs ?? -1;
    const added = points.filter(({ wallNs }) => wallNs > before);
    life.points.push(...added);
    life.seen += added.length;
    if (life.points.length >= 2 * KEPT_POINTS) life.points.splice(0, life.points.length, ...thinned(life.points));
  }

  parts(): TimelinePart[] {
    const all = [...this.#lives].map(([pid, { points, startMs, seen }]) => {
      const kept = seen === points.length ? '' : `: ${counted(points.length, 'point')} with the highest and the lowest`;
      const note = `${counted(seen, 'reading')} of the inputs that ran when map looked, once a second${kept}. Stages are those open at a reading.`;
      return partOf(points, { name: `worker ${pid}`, startMs, note });
    });
    return largestParts(all);
  }
}

/** Every four points become those with the highest and the lowest resident set, as in a recorder. */
function thinned(points: readonly LifePoint[]): LifePoint[] {
  const kept: LifePoint[] = [];
  for (let at = 0; at < points.length; at += 4) {
    const four = points.slice(at, at + 4);
    const rssOf = ({ composition }: LifePoint) => composition.rss_kb ?? 0;
    const high = four.reduce((most, one) => (rssOf(one) >= rssOf(most) ? one : most));
    const low = four.reduce((least, one) => (rssOf(one) < rssOf(least) ? one : least));
    kept.push(...(high === low ? [high] : [high, low].sort((a, b) => a.wallNs - b.wallNs)));
  }
  return kept;
}
