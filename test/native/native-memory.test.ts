import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALLOCATORS, isInstalled, TRACKER } from '../support/compiled-programs.js';
import { expectWithin, LIVE_RATE_KIB, NativeStages, NativeWorkAddon, PLACES } from '../support/native-stages.js';

const MIB_IN_KIB = 1024;

const addon = new NativeWorkAddon();
afterAll(() => addon[Symbol.dispose]());

const CHAINS = [[], ...ALLOCATORS.map((name) => [name])].filter((behind) => behind.every(isInstalled));
const CASES = CHAINS.flatMap((behind) => PLACES.map((place) => [place, behind[0] ?? 'libc', behind] as const));

describe.each(CASES)('work on the %s thread over %s', (place, _allocator, behind) => {
  let volumes: NativeStages;
  let peaks: NativeStages;
  let overlap: NativeStages;
  beforeAll(() => {
    const preload = [TRACKER, ...behind];
    volumes = new NativeStages(addon, 'volumes', place, preload);
    peaks = new NativeStages(addon, 'peaks', place, preload);
    overlap = new NativeStages(addon, 'overlap', place, preload);
  });

  test.each(['hold', 'release', 'hold untouched', 'release elsewhere', 'hold on main', 'release there'])(
    '"%s": live memory grows by the usable sizes',
    (stage) => expectWithin(volumes.row(stage).native_kb_delta, volumes.told(stage).liveKib),
  );

  test.each(['hold', 'spike', 'hold untouched', 'hold on main', 'repeat'])(
    '"%s": every call counts the bytes and blocks it allocated, whether they were freed or not',
    (stage) => {
      const { calls, native_kb_alloc, native_allocs } = volumes.row(stage);
      const { allocatedKib, allocatedBlocks } = volumes.told(stage);
      // Node allocates too, for example a megabyte while it compiles a function.
      expectWithin(native_kb_alloc! - volumes.allocatedByOthersKib(stage, addon), calls * allocatedKib);
      expect(native_allocs).toBeGreaterThanOrEqual(calls * allocatedBlocks);
      expectWithin(native_allocs, calls * allocatedBlocks, Math.max(calls * allocatedBlocks, 60_000));
    },
  );

  test('live memory does not grow by memory that is freed again', () => {
    expectWithin(volumes.row('spike').native_kb_delta, 0, volumes.told('spike').allocatedKib);
  });

  test.each(['hold', 'spike', 'hold untouched', 'hold on main'])(
    '"%s": the addon is charged with the bytes it allocated',
    (stage) => {
      expectWithin(volumes.row(stage).native_modules?.[addon.name], volumes.told(stage).allocatedKib);
    },
  );

  test.each(['hold', 'release', 'hold untouched', 'release elsewhere', 'hold on main', 'release there', 'spike'])(
    '"%s": the addon holds what it has not freed, but for chance',
    (stage) => {
      const { liveKib, allocatedKib } = volumes.told(stage);
      const held = volumes.row(stage).native_live_modules?.[addon.name] ?? 0;
      // Six standard deviations of a sample of that much memory, since each run draws a hundred times.
      const deviation = Math.sqrt(LIVE_RATE_KIB * Math.max(Math.abs(liveKib), 1));
      expect(Math.abs(held - liveKib), `${held} instead of ${liveKib} of ${allocatedKib}`).toBeLessThan(6 * deviation);
    },
  );

  test('the header has what the addon holds in the end', () => {
    const { live_modules, program } = volumes.report;
    expect(live_modules).toEqual(expect.objectContaining({ node: expect.any(Number) }));
    const grown = program!.native_live_modules![addon.name] ?? 0;
    expect(Math.abs((live_modules![addon.name] ?? 0) - grown)).toBeLessThanOrEqual(1);
  });

  test('freed memory is charged to no module', () => {
    const { native_modules } = volumes.row('release');
    expect(native_modules).not.toBeNull();
    expect(native_modules![addon.name] ?? 0).toBe(0);
  });

  test('blocks are neither Buffers nor mappings', () => {
    for (const { stage, external_kb_delta, mapped_kb_delta } of volumes.report.stages) {
      expectWithin(external_kb_delta, 0, 64 * MIB_IN_KIB);
      expect(mapped_kb_delta, stage).toBe(0);
    }
  });

  test('the report says that everything was counted, and how much the threads may hold back', () => {
    const { native_memory_traced, sources } = volumes.report;
    expect(native_memory_traced).toBe(true);
    expect(sources.native).toMatchObject({ available: true, truth: 'bounded' });
    // Each thread may hold back 32 KiB: those of Node, of the pool and of the addon.
    expect(sources.native.bound_kb).toBeGreaterThanOrEqual(32);
    expect(sources.native.bound_kb).toBeLessThanOrEqual(24 * 32);
  });

  test.each([
    ['flat', 192],
    ['child above', 288],
    ['child above.inner', 288],
    ['parent above before', 288],
    ['parent above before.inner', 96],
    ['parent above after', 288],
    ['parent above after.inner', 96],
    ['parent holds', 336],
    ['parent holds.inner', 336],
    ['nothing after', 0],
  ])('"%s" peaks at %i MiB', (stage, mib) => {
    expectWithin(peaks.peakAboveKib(stage), mib * MIB_IN_KIB, Math.max(mib, 96) * MIB_IN_KIB);
  });

  test.each([
    ['first rising', 192],
    ['second rising', 384],
    ['first falling', 384],
    ['second falling', 192],
    ['first both', 384],
    ['second both', 384],
  ])('"%s" of two stages that overlap peaks at %i MiB', (stage, mib) => {
    expect(overlap.row(stage).overlapped_calls).toBe(1);
    expectWithin(overlap.peakAboveKib(stage), mib * MIB_IN_KIB);
  });
});
