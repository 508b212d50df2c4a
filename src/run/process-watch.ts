import { type ProcessStat, readLiveProcessStat, TICKS_PER_S } from '../os/process-stat.js';
import { type ChildrenOf, childrenReader, readCommand, readMemory } from './process-files.js';
import type { SeenProcess } from './run-process.js';

const MS_PER_TICK = 1000 / TICKS_PER_S;

/** Until the second look; each time is then twice as long as the one before it: what a launcher starts is found soon. */
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1000;

/** Looks take no more of a CPU. */
const LARGEST_SHARE = 0.005;

const MOST_REMEMBERED = 4096;

export interface WatchOptions {
  readonly mostRemembered?: number;
  /** How the children of processes are found, anew for each look. */
  readonly findChildren?: () => ChildrenOf;
  /** CPU that this process has used, to tell what a look costs. */
  readonly usedMs?: () => number;
}

interface Remembered extends Omit<SeenProcess, 'wallS'> {
  readonly startTicks: number;
  readonly seenMs: number;
  readonly hasEnded: boolean;
}

/**
 * Looks from outside at a program and at what it has started, as long as it runs: at all processes, node or not, those
 * too that had a parent which has ended since. One that is gone before the first look at it is not seen.
 */
export class ProcessWatch {
  /** By id and start: ids are used again. */
  readonly #remembered = new Map<string, Remembered>();
  readonly #mostRemembered: number;
  readonly #findChildren: () => ChildrenOf;
  readonly #usedMs: () => number;
  #forgotten = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds since 1970 of the tick 0. */
  #bootMs = 0;

  constructor(options: WatchOptions = {}) {
    this.#mostRemembered = options.mostRemembered ?? MOST_REMEMBERED;
    this.#findChildren = options.findChildren ?? childrenReader;
    this.#usedMs = options.usedMs ?? usedMs;
  }

  /**
   * Looks at once, soon again, and then about once a second. Does nothing where there is no /proc.
   *
   * @param startMs when the program was started, in milliseconds since 1970
   */
  start(programPid: number, startMs: number): void {
    const stat = readLiveProcessStat(programPid);
    if (stat === null) return;
    // By the program, as a container may tell another time since boot than the one its processes are counted from.
    this.#bootMs = startMs - stat.startTicks * MS_PER_TICK;
    this.#see(programPid, stat);
    this.#lookAfter(SHORTEST_WAIT_MS);
  }

  /** Looks once more, at what still runs. */
  end(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.look();
  }

  seen(): SeenProcess[] {
    return Array.from(this.#remembered.values(), ({ startTicks: _, hasEnded: __, seenMs, ...process }) => ({
      ...process,
      wallS: Math.max(0, (seenMs - process.startMs) / 1000),
    }));
  }

  /** How many there was no room for. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** @returns how many milliseconds there have to be without another, so that looks stay cheap */
  look(): number {
    const beforeMs = this.#usedMs();
    const childrenOf = this.#findChildren();
    const visited = new Set<number>();
    const waiting: number[] = [];
    for (const [key, { pid, startTicks, hasEnded }] of this.#remembered) {
      if (hasEnded) continue;
      const stat = readLiveProcessStat(pid);
      if (stat?.startTicks === startTicks) waiting.push(pid);
      else this.#remembered.set(key, { ...this.#remembered.get(key)!, hasEnded: true });
    }
    for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
      if (visited.has(pid)) continue;
      visited.add(pid);
      const stat = readLiveProcessStat(pid);
      if (stat === null) continue;
      this.#see(pid, stat);
      waiting.push(...childrenOf(pid));
    }
    return (this.#usedMs() - beforeMs) / LARGEST_SHARE;
  }

  #lookAfter(delayMs: number): void {
    this.#timer = setTimeout(() => {
      const leastMs = this.look();
      this.#lookAfter(Math.max(leastMs, Math.min(2 * delayMs, LONGEST_WAIT_MS)));
    }, delayMs);
    this.#timer.unref();
  }

  #see(pid: number, { parentPid, startTicks, cpuS }: ProcessStat): void {
    const key = `${pid}-${startTicks}`;
    const earlier = this.#remembered.get(key);
    if (earlier === undefined && !this.#makeRoom()) return;
    const memory = readMemory(pid);
    this.#remembered.set(key, {
      pid,
      startTicks,
      // Who started it: it gets another parent when that one ends.
      parentPid: earlier?.parentPid ?? parentPid,
      // It may have executed another program since.
      command: readCommand(pid) ?? earlier?.command ?? null,
      startMs: this.#bootMs + startTicks * MS_PER_TICK,
      seenMs: Date.now(),
      cpuS,
      rssKib: memory.rssKib ?? earlier?.rssKib ?? null,
      peakRssKib: memory.peakRssKib ?? earlier?.peakRssKib ?? null,
      hasEnded: false,
    });
  }

  /** Forgets the smaller half of those that have ended, where there are too many. @returns whether there is room now */
  #makeRoom(): boolean {
    if (this.#remembered.size < this.#mostRemembered) return true;
    const ended = [...this.#remembered].filter(([, { hasEnded }]) => hasEnded);
    const bySize = ended.toSorted(([, a], [, b]) => (a.peakRssKib ?? 0) - (b.peakRssKib ?? 0));
    for (const [key] of bySize.slice(0, Math.ceil(bySize.length / 2))) {
      this.#remembered.delete(key);
      this.#forgotten++;
    }
    return this.#remembered.size < this.#mostRemembered;
  }
}

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
