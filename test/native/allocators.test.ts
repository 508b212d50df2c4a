import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/index.js';
import { isInstalled, Programs, TRACKER } from '../support/compiled-programs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = new Programs(join(root, 'test', 'programs', 'native'));
afterAll(() => programs[Symbol.dispose]());

const MIB = 1024 * 1024;
const ALLOCATORS = join(root, 'native', 'allocators');
const SOURCES = [
  ...readdirSync(ALLOCATORS)
    .filter((name) => name.endsWith('.cc'))
    .map((name) => join(ALLOCATORS, name)),
  ...['failure.cc', 'symbols.cc'].map((name) => join(root, 'native', 'support', name)),
];

/** The bytes that a program has allocated, and what the allocator says of them. */
interface Moment {
  readonly read: boolean;
  readonly handedOut: number;
  readonly live: number;
  readonly free: number;
}
interface Serving {
  readonly method: string;
  readonly failure: string;
  readonly before: Moment;
  readonly large: Moment;
  readonly small: Moment;
  readonly shredded: Moment;
}

function run(command: readonly string[], preload: readonly string[]): string {
  const [program, ...args] = command as [string, ...string[]];
  const env = { ...process.env, LD_PRELOAD: preload.join(':') };
  const { stdout, stderr, status, signal } = spawnSync(program, args, { encoding: 'utf8', env });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  return stdout;
}

const servingUnder = (preload: readonly string[]): Serving =>
  JSON.parse(run([programs.compile('serving.cc', 'serving', ...SOURCES)], preload));

const JEMALLOC = 'libjemalloc.so.2';
const GPERFTOOLS = 'libtcmalloc_minimal.so.4';
const MIMALLOC = 'libmimalloc.so.2';
const MIMALLOC_SILENCE =
  'mimalloc serves malloc, and tells neither live bytes nor what is free in it at a bounded cost';

/** The tracker stands in front of whatever serves malloc. The results behind it must be the same. */
const inBothPlaces = (preload: readonly string[]) => [preload, [TRACKER, ...preload]];
const nameOf = (preload: readonly string[]) =>
  preload.map((path) => path.replace(/^.*\//, '')).join(' before ') || 'nothing';
const installed = (preload: readonly string[]) => preload.every((name) => name === TRACKER || isInstalled(name));

/** What serves each preload list, and by how much a block may exceed its usable size. */
const SERVED: readonly [preload: readonly string[], method: string, headerBytes: number][] = [
  [[], 'mallinfo2', 8],
  [[JEMALLOC], 'jemalloc mallctl', 0],
  [[GPERFTOOLS], 'gperftools MallocExtension', 0],
  // The functions of both are present, and only the first library serves malloc.
  [[JEMALLOC, GPERFTOOLS], 'jemalloc mallctl', 0],
  [[GPERFTOOLS, JEMALLOC], 'gperftools MallocExtension', 0],
  [[GPERFTOOLS, MIMALLOC], 'gperftools MallocExtension', 0],
];

/** Live bytes rise and fall with the blocks, and blocks freed between live ones are free in the allocator. */
function expectToFollow({ before, large, small, shredded }: Serving, headerBytes: number): void {
  const largeBlocks = 64;
  const smallBlocks = 100_000;
  const liveSince = ({ live }: Moment) => live - before.live;
  // The buffer of standard output is allocated besides the program's blocks.
  const slack = 16 * 1024;
  for (const [moment, blocks] of [
    [large, largeBlocks],
    [small, largeBlocks + smallBlocks],
    [shredded, largeBlocks + smallBlocks / 2],
  ] as const) {
    // A block that glibc maps on its own takes whole pages.
    const most = moment.handedOut + headerBytes * (blocks + largeBlocks * 512) + slack;
    expect(moment.read).toBe(true);
    expect(liveSince(moment)).toBeGreaterThanOrEqual(moment.handedOut - slack);
    expect(liveSince(moment)).toBeLessThanOrEqual(most);
  }
  const freed = small.live - shredded.live;
  expect(freed).toBeGreaterThan(10 * MIB * 0.9);
  expect(shredded.free - small.free).toBeGreaterThan(freed * 0.95);
  expect(shredded.free - small.free).toBeLessThan(freed * 1.15);
}

describe.each(
  SERVED.flatMap(([preload, method, headerBytes]) =>
    inBothPlaces(preload)
      .filter(installed)
      .map((list) => [nameOf(list), list, method, headerBytes] as const),
  ),
)('with %s preloaded', (_name, preload, method, headerBytes) => {
  test(`"${method}" reads the allocator that serves malloc, and its numbers follow the blocks`, () => {
    const serving = servingUnder(preload);
    expect(serving).toMatchObject({ method, failure: '' });
    expectToFollow(serving, headerBytes);
  });
});

test.each(
  [[MIMALLOC], [MIMALLOC, JEMALLOC]]
    .flatMap(inBothPlaces)
    .filter(installed)
    .map((list) => [nameOf(list), list] as const),
)('with %s preloaded, mimalloc is recognised but not read', (_name, preload) => {
  expect(servingUnder(preload)).toEqual({ method: 'mimalloc', failure: MIMALLOC_SILENCE });
});

describe('an allocator that does not serve malloc is not believed', () => {
  test.each([
    ['says that a block is not its own', []],
    ['claims every block, but has numbers that never change', ['-DBOASTS']],
  ])('when it %s', (what, flags) => {
    const library = programs.compile('lookalikes.c', `lookalikes-${what.length}.so`, ...flags);
    for (const preload of inBothPlaces([library])) {
      const serving = servingUnder(preload);
      expect(serving).toMatchObject({ method: 'mallinfo2', failure: '' });
      expectToFollow(serving, 8);
    }
  });
});

test('an unknown allocator is not taken for a known one', () => {
  const library = programs.compile('../tracker/own_malloc.c', 'own_malloc.so');
  for (const preload of inBothPlaces([library])) {
    expect(servingUnder(preload)).toEqual({
      method: '',
      failure: 'none of glibc, jemalloc, tcmalloc and mimalloc could be proved to serve malloc',
    });
  }
});

// No Debian or npm package provides it as a library to preload, so a stand-in has its documented names and signatures.
test("Google's tcmalloc is read", () => {
  const library = programs.compile('tcmalloc_stand_in.c', 'tcmalloc_stand_in.so');
  for (const preload of inBothPlaces([library])) {
    const serving = servingUnder(preload);
    expect(serving).toMatchObject({ method: 'tcmalloc MallocExtension', failure: '' });
    expectToFollow(serving, 0);
  }
});

describe.each(
  [
    [[], 'mallinfo2', 'glibc'] as const,
    [[JEMALLOC], 'jemalloc mallctl', 'jemalloc'] as const,
    [[GPERFTOOLS], 'gperftools MallocExtension', 'gperftools'] as const,
    [[MIMALLOC], null, 'mimalloc'] as const,
  ].filter(([preload]) => installed(preload)),
)('a report of node under %s', (behind, method, name) => {
  test.each([false, true])('names the allocator and follows its blocks, tracker: %s', (isTracked) => {
    const preload = isTracked ? [TRACKER, ...behind] : behind;
    const library = programs.compile('holds.c', 'holds.so');
    const program = join(root, 'test', 'programs', 'native', 'holding-stage.mjs');
    const entry = pathToFileURL(join(root, 'dist', 'index.js')).href;
    const report: Report = JSON.parse(run([process.execPath, program, entry, library], preload));

    const allocator = method === null ? { available: false, method, reason: MIMALLOC_SILENCE } : { method };
    expect(report.sources.allocator).toMatchObject({ ...allocator, allocator: name });
    expect(report.sources.native).toMatchObject(isTracked ? { method: 'tracker' } : allocator);

    /** The rounds for which memory was read at both ends. */
    const rows = (label: string) =>
      report.stages.filter(({ stage, native_kb_delta }) => stage.startsWith(label) && native_kb_delta !== null);
    if (method === null && !isTracked) {
      expect([...rows('blocks'), ...rows('buffer')]).toEqual([]);
      return;
    }
    expect(rows('blocks').length).toBeGreaterThan(0);
    expect(rows('buffer').length).toBeGreaterThan(0);
    for (const { native_kb_delta } of rows('blocks')) {
      expect(native_kb_delta).toBeGreaterThan(31.5 * 1024);
      expect(native_kb_delta).toBeLessThan(34 * 1024);
    }
    for (const { native_kb_delta, external_kb_delta } of rows('buffer')) {
      expect(external_kb_delta).toBeGreaterThan(31.5 * 1024);
      expect(Math.abs(native_kb_delta as number)).toBeLessThan(1024);
    }
  });
});
