import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { insideNotes } from '../../src/attach/attach-text.js';
import { type AttachResult, lookInside } from '../../src/attach/look-inside.js';
import { RemoteAgent } from '../../src/attach/remote-agent.js';
import { findTarget } from '../../src/attach/target.js';
import { moduleName } from '../../src/model/module-name.js';
import type { Report } from '../../src/model/report.js';
import { readSites } from '../../src/stacks/read-sites.js';
import { AttachTarget } from '../support/attach-target.js';
import { NativeWorkAddon } from '../support/native-stages.js';

const addon = new NativeWorkAddon();
afterAll(() => addon[Symbol.dispose]());

const MIB = 2 ** 20;
/** As the addon numbers its places and operations. */
const MAIN = 0;
const POOL = 3;
const HOLD = 0;
const RELEASE = 1;
const SPIKE = 2;
const MAP = 4;

const start = () => AttachTarget.start(['idle'], { env: { NATIVE_WORK: addon.path } });

/** Looks at the target until its work is done. */
async function whileAttached(target: AttachTarget, work: () => Promise<void>): Promise<AttachResult> {
  let done: Promise<void> | null = null;
  const interruption = new AbortController();
  const options = { seconds: 60, stacks: new Set(['native'] as const), mayPause: true };
  const looked = lookInside(
    findTarget(target.pid)!,
    options,
    interruption.signal,
    () => {},
    () => {
      done = work().finally(() => interruption.abort());
    },
  );
  const result = await looked;
  await done;
  return result;
}

/** What was counted between both samples for the addon. */
function ofAddon({ look }: AttachResult) {
  const of = (which: 'first' | 'last') =>
    look![which]
      .tracker!.modules.filter(({ name }) => name === addon.path)
      .reduce(
        (sum, { allocatedBytes, heldBytes, mappedBytes }) => ({
          allocatedBytes: sum.allocatedBytes + allocatedBytes,
          heldBytes: sum.heldBytes + heldBytes,
          mappedBytes: sum.mappedBytes + mappedBytes,
        }),
        { allocatedBytes: 0, heldBytes: 0, mappedBytes: 0 },
      );
  const [first, last] = [of('first'), of('last')];
  return {
    allocatedBytes: last.allocatedBytes - first.allocatedBytes,
    heldBytes: last.heldBytes,
    mappedBytes: last.mappedBytes - first.mappedBytes,
  };
}

function ofProcess({ look }: AttachResult) {
  const { first, last } = look!;
  const grown = (member: 'allocatedBytes' | 'allocatedBlocks' | 'freedBytes' | 'freedBlocks') =>
    last.tracker![member] - first.tracker![member];
  return { kept: grown('allocatedBytes') - grown('freedBytes'), blocks: grown('allocatedBlocks') };
}

describe('native allocations of a program that runs already', () => {
  test.each([
    ['the main thread', MAIN],
    ["libuv's pool", POOL],
  ])('are counted exactly for their module on %s, and what it keeps is told with its stack', async (_, place) => {
    const target = await start();
    await target.load();
    let told: readonly number[] = [];
    const result = await whileAttached(target, async () => {
      const held = await target.perform(place, HOLD, 0, 20 * MIB, 1000, 0, 1);
      const came = await target.perform(place, SPIKE, 1, 8 * MIB, 3000, 0, 0);
      told = held.map((number, index) => number + came[index]!);
    });
    expect(result.obstacle).toBeNull();
    const [allocatedBytes, blocks, liveBytes] = told;
    const found = ofAddon(result);
    // A thread of the pool may have a batch of a module that is not handed over.
    expect(Math.abs(found.allocatedBytes - allocatedBytes!)).toBeLessThanOrEqual(place === MAIN ? 0 : 256 * 1024);
    expect(liveBytes).toBeGreaterThan(19 * MIB);
    expect(Math.abs(found.heldBytes - liveBytes!)).toBeLessThan(6 * Math.sqrt(liveBytes! * 512 * 1024));
    const all = ofProcess(result);
    expect(all.blocks).toBeGreaterThanOrEqual(blocks!);
    expect(Math.abs(all.kept - liveBytes!)).toBeLessThan(3 * MIB);
    const { profile } = readSites(gunzipSync(result.look!.nativeTables), 0);
    const frames = Array.from({ length: profile.frames.length }, (_, index) => profile.frames.get(index + 1));
    expect(frames.filter(({ module }) => module === addon.path).length).toBeGreaterThan(0);
    expect(result.afterwards!.slots).toMatchObject({ restored: result.afterwards!.slots!.rebound });
  });

  test('are those of blocks from before too, where they are freed', async () => {
    const target = await start();
    await target.load();
    const [, , before] = await target.perform(MAIN, HOLD, 0, 30 * MIB, 2000, 0, 1);
    const result = await whileAttached(target, async () => {
      await target.perform(MAIN, RELEASE, 0, 0, 1024, 2, 0);
    });
    expect(Math.abs(ofProcess(result).kept + before)).toBeLessThan(3 * MIB);
  });

  test('are counted for a module that is loaded meanwhile, after the next look', async () => {
    const target = await start();
    let live = 0;
    const looksAgain = vi.spyOn(RemoteAgent.prototype, 'lookAgain');
    onTestFinished(() => looksAgain.mockRestore());
    const result = await whileAttached(target, async () => {
      await target.load();
      const { length } = looksAgain.mock.calls;
      await vi.waitUntil(() => looksAgain.mock.settledResults[length]?.type === 'fulfilled', { timeout: 60_000 });
      live = (await target.perform(MAIN, HOLD, 0, 10 * MIB, 1000, 0, 1))[2];
    });
    expect(live).toBeGreaterThan(9 * MIB);
    expect(ofAddon(result).allocatedBytes).toBe(live);
    expect(result.afterwards!.slots).toMatchObject({ restored: result.afterwards!.slots!.rebound });
  });

  test('are no longer counted afterwards, and begin anew the next time', async () => {
    const target = await start();
    await target.load();
    const first = await whileAttached(target, async () => {
      await target.perform(MAIN, HOLD, 0, 10 * MIB, 1000, 0, 1);
    });
    const counted = first.look!.last.tracker!.allocatedBytes;
    await target.perform(MAIN, HOLD, 1, 50 * MIB, 1000, 0, 1);
    const second = await whileAttached(target, async () => {
      await target.perform(MAIN, MAP, 2, 4 * MIB, 1024, 2, 1);
    });
    expect(second.look!.first.tracker!.allocatedBytes - counted).toBeLessThan(10 * MIB);
    expect(ofAddon(second)).toEqual({ allocatedBytes: 0, heldBytes: 0, mappedBytes: 4 * MIB });
    const told = insideNotes({ program: null } as Report, second.look!).find(({ key }) => key === 'native')!.text;
    expect(told).toMatch(
      new RegExp(`; address space mapped since, resident or not: ${moduleName(addon.path)} 4.00 MiB`),
    );
  });
});
