import { type ChildrenOf, childrenReader } from '../os/process-children.js';
import { readCommand } from '../os/process-command.js';
import { MS_PER_TICK, type ProcessStat, readProcessStat } from '../os/process-stat.js';
import { readProcessMemory } from '../os/process-usage.js';
import type { SeenProcess } from './run-process.js';

/** The wait before the second look. Later waits double, so that the children of a launcher are found soon. */
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1000;

/** Looks take no larger share of a CPU. */
const LARGEST_SHARE = 0.005;

const MOST_REMEMBERED = 4096;

export interface WatchOptions {
  readonly mostRemembered?: number;
  /** Makes what finds the children of processes, for each look. */
  readonly findChildren?: () => ChildrenOf;
  /** CPU time that this process has used, to measure what a look costs. */
  readonly usedMs?: () => number;
}

interface Remembered extends Omit<SeenProcess, 'wallS'> {
  readonly startTicks: number;
  readonly seenMs: number;
  readonly hasEnded: boolean;
}

/**
 * Watches a program and all that it has started from outside, node or not, also processes whose parent has ended since.
 * A process that ends before a look is not seen.
 */
export class ProcessWatch {
  /** By process id and start, since ids are reused. */
  readonly #remembered = new Map<string, Remembered>();
  readonly #mostRemembered: number;
  readonly #findChildren: () => ChildrenOf;
  readonly #usedMs: () => number;
  #forgotten = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When tick 0 was, in milliseconds since 1970. */
  #bootMs = 0;

  constructor(options: WatchOptions = {}) {
    this.#mostRemembered = options.mostRemembered ?? MOST_REMEMBERED;
    this.#findChildren = options.findChildren ?? childrenReader;
    this.#usedMs = options.usedMs ?? usedMs;
  }

  /**
   * Looks at once, soon after, and then about once a second. Does nothing where there is no /proc.
   *
   * @param startMs when the program was started, in milliseconds since 1970
   */
  start(programPid: number, startMs: number): void {
    const stat = readProcessStat(programPid);
    if (stat === null) return;
    // Calculated from the program, because a container may tell another boot time than the one its processes count from.
    this.#bootMs = startMs - stat.startTicks * MS_PER_TICK;
    this.#see(programPid, stat);
    this.#lookAfter(SHORTEST_WAIT_MS);
  }

  /** Looks once more at the processes that still run. */
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

  /** How many processes there was no room for. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** @returns how many milliseconds to wait at least before the next look, so that looks stay cheap */
  look(): number {
    const beforeMs = this.#usedMs();
    const childrenOf = this.#findChildren();
    const visited = new Set<number>();
    const waiting: number[] = [];
    for (const [key, { pid, startTicks, hasEnded }] of this.#remembered) {
      if (hasEnded) continue;
      const stat = readProcessStat(pid);
      if (stat?.startTicks === startTicks) waiting.push(pid);
      else this.#remembered.set(key, { ...this.#remembered.get(key)!, hasEnded: true });
    }
    for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
      if (visited.has(pid)) continue;
      visited.add(pid);
      const stat = readProcessStat(pid);
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
    const memory = readProcessMemory(pid);
    this.#remembered.set(key, {
      pid,
      startTicks,
      // The first parent is the one that started it: it gets another parent when that one ends.
      parentPid: earlier?.parentPid ?? parentPid,
      // The process may have executed another program since.
      command: readCommand(pid) ?? earlier?.command ?? null,
      startMs: this.#bootMs + startTicks * MS_PER_TICK,
      seenMs: Date.now(),
      cpuS,
      rssKib: memory.rssKib ?? earlier?.rssKib ?? null,
      peakRssKib: memory.peakRssKib ?? earlier?.peakRssKib ?? null,
      hasEnded: false,
    });
  }

  /** Where there are too many, forgets the smaller half of those that have ended. @returns whether there is room now */
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
