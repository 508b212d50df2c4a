import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AttachResult, lookInside } from '../../src/attach/look-inside.js';
import { findTarget } from '../../src/attach/target.js';
import type { Stacks } from '../../src/model/options.js';
import { listeningPorts } from '../../src/os/listening-ports.js';
import { readProcessStatus } from '../../src/os/process-status.js';
import { AttachTarget } from '../support/attach-target.js';

const IS_LONG = process.env.STAGEPROF_SOAK === '1';
const CYCLES = IS_LONG ? 200 : 6;
/** Caches of V8 and of the allocator fill up, and both libraries are loaded. */
const WARM_UP = 3;
const SECONDS = 0.1;
/**
 * What a cycle may leave of memory on average, beyond what the same program grows by that nobody attaches to. With three JS threads
 * it is some 330 KiB, with native stacks and without: V8 makes its heaps larger for the profiles that it hands over, and keeps some
 * 50 KiB of native memory.
 */
const MOST_KIB_A_CYCLE = IS_LONG ? 512 : 4096;
/** V8 allocates half a MiB for each profile. With malloc's usual setting, what is freed of it stays in the arenas of threads. */
const env = { MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '65536' };

async function cycle(target: AttachTarget, stacks: readonly Stacks[]): Promise<AttachResult> {
  const found = findTarget(target.pid)!;
  const options = { seconds: SECONDS, stacks: new Set(stacks), mayPause: true };
  return lookInside(found, options, new AbortController().signal, () => {});
}

/**
 * The memory through which modules call others, by address: what the loader has made read-only after it was filled. Nothing
 * else may change there, so any byte that differs was left by an attach.
 */
function boundMemory({ pid }: AttachTarget): Map<string, string> {
  const found = new Map<string, string>();
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to, path] = /^([0-9a-f]+)-([0-9a-f]+) r--p (?!00000000)\S+ \S+ \d+ +(\/\S+)$/.exec(line) ?? [];
      if (from === undefined) continue;
      const start = Number.parseInt(from, 16);
      const bytes = Buffer.alloc(Math.min(Number.parseInt(to!, 16) - start, 2 ** 20));
      readSync(memory, bytes, 0, bytes.length, start);
      found.set(`${path} ${from}`, createHash('sha1').update(bytes).digest('hex'));
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

test.each([
  ['cpu', ['cpu'] as const],
  ['cpu and native', ['cpu', 'native'] as const],
])(
  `${CYCLES} times attached to for %s stacks, a program under load is as it was`,
  async (_, stacks) => {
    const works = ['cpu', 'native', 'churn'];
    const [target, alone] = await Promise.all([AttachTarget.start(works, { env }), AttachTarget.start(works, { env })]);
    const rssKib = () => [target, alone].map(({ pid }) => readProcessStatus(pid)!.rssKib!) as [number, number];
    const hasNative = (stacks as readonly Stacks[]).includes('native');
    // Before the first: what that one left would be there in all that follow.
    const memory = boundMemory(target);
    for (let at = 0; at < WARM_UP; at++) await cycle(target, stacks);
    const before = {
      threads: target.threads,
      descriptors: target.descriptors.length,
      modules: target.modules,
    };
    const rssBefore = rssKib();
    for (let at = 0; at < CYCLES; at++) {
      const { look, obstacle, afterwards } = await cycle(target, stacks);
      expect({ at, obstacle }).toEqual({ at, obstacle: null });
      expect(look!.began).toMatchObject({ addonMissing: null, heapFault: null, trackerMissing: null });
      expect(afterwards).toMatchObject({ isThere: true, isClosed: true, faults: [] });
      const { slots } = afterwards!;
      if (hasNative) {
        expect(slots!.rebound).toBeGreaterThan(10);
        expect(slots!.restored).toBe(slots!.rebound);
      } else expect(slots).toBeNull();
    }
    expect(target.hasEnded).toBe(false);
    expect(listeningPorts(target.pid)).toEqual([]);
    expect(target.threads).toBe(before.threads);
    expect(target.descriptors.length).toBe(before.descriptors);
    expect(target.modules).toEqual(before.modules);
    const memoryNow = boundMemory(target);
    expect([...memory].filter(([where, bytes]) => memoryNow.get(where) !== bytes)).toEqual([]);
    expect(memory.size).toBeGreaterThan(5);
    const [grownKib, aloneKib] = rssKib().map((kib, index) => kib - rssBefore[index]!) as [number, number];
    if (IS_LONG) console.log(`${CYCLES} cycles with ${stacks.join(' and ')}: ${grownKib} KiB, alone ${aloneKib} KiB`);
    expect((grownKib - aloneKib) / CYCLES).toBeLessThan(MOST_KIB_A_CYCLE);
    expect(await target.rounds()).toBeGreaterThan(0);
  },
  IS_LONG ? 900_000 : undefined,
);
