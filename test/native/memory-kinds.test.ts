import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALLOCATORS, isInstalled, TRACKER } from '../support/compiled-programs.js';
import { expectWithin, NativeStages, NativeWorkAddon, PLACES } from '../support/native-stages.js';

const MIB_IN_KIB = 1024;

const addon = new NativeWorkAddon();
afterAll(() => addon[Symbol.dispose]());

const CHAINS = [[], ...ALLOCATORS.map((name) => [name])].filter((behind) => behind.every(isInstalled));

describe.each(CHAINS.map((behind) => [behind[0] ?? 'libc', behind] as const))('over %s', (_allocator, behind) => {
  const preload = [TRACKER, ...behind];

  describe.each(PLACES)('memory mapped on the %s thread', (place) => {
    let stages: NativeStages;
    beforeAll(() => {
      stages = new NativeStages(addon, 'mappings', place, preload);
    });

    test.each(['map', 'map touched', 'unmap', 'unmap touched'])('"%s": is counted as mapped, to the byte', (stage) => {
      expect(stages.row(stage).mapped_kb_delta).toBe(stages.told(stage).mappedKib);
    });

    test('is not counted as mapped when it was unmapped before the end', () => {
      expect(stages.row('map and unmap').mapped_kb_delta).toBe(0);
    });

    test.each(['map', 'map touched', 'unmap', 'unmap touched', 'map and unmap'])(
      '"%s": is neither live nor a Buffer',
      (stage) => {
        const { native_kb_delta, external_kb_delta } = stages.row(stage);
        expectWithin(native_kb_delta, 0, 96 * MIB_IN_KIB);
        expectWithin(external_kb_delta, 0, 96 * MIB_IN_KIB);
      },
    );

    test('is resident when it is touched', () => {
      const mib = (stage: string): number => Math.round(stages.row(stage).rss_kb_delta! / MIB_IN_KIB);
      expect(mib('map')).toBeLessThan(4);
      expect(mib('map touched')).toBeGreaterThan(92);
      expect(mib('map touched')).toBeLessThan(100);
    });

    test('is live and not mapped when malloc maps it for its blocks', () => {
      expectWithin(stages.row('blocks').native_kb_delta, stages.told('blocks').liveKib);
      expect(stages.row('blocks').mapped_kb_delta).toBe(0);
    });
  });

  describe('backing stores', () => {
    let stages: NativeStages;
    beforeAll(() => {
      stages = new NativeStages(addon, 'buffers', 'main', preload);
    });

    test.each(['zeroed', 'unsafe', 'array'])('"%s": count as external and not as live native memory', (stage) => {
      expectWithin(stages.row(stage).external_kb_delta, 64 * MIB_IN_KIB);
      expectWithin(stages.row(stage).native_kb_delta, 0, 64 * MIB_IN_KIB);
      expectWithin(stages.peakAboveKib(stage), 0, 64 * MIB_IN_KIB);
    });

    test.each(['shared', 'WebAssembly', 'collected'])('"%s": leave live native memory as it was', (stage) => {
      expectWithin(stages.row(stage).native_kb_delta, 0, 64 * MIB_IN_KIB);
    });

    test('are counted apart from the blocks of the same stage', () => {
      expectWithin(stages.row('both').external_kb_delta, 32 * MIB_IN_KIB);
      expectWithin(stages.row('both').native_kb_delta, stages.told('both').liveKib);
      expectWithin(stages.peakAboveKib('both'), stages.told('both').liveKib);
    });
  });
});

describe.each([
  ['the tracker', [TRACKER]],
  ['mallinfo2 alone', []],
] as const)('a shredded heap, by %s', (_name, preload) => {
  describe.each(PLACES)('on the %s thread', (place) => {
    let stages: NativeStages;
    beforeAll(() => {
      stages = new NativeStages(addon, 'shred', place, preload);
    });

    test('what is left of it is live', () => {
      expectWithin(stages.row('shred').native_kb_delta, stages.told('shred').liveKib);
    });

    test('most of the rest is free in the allocator', () => {
      const { allocatedKib, liveKib } = stages.told('shred');
      const freedKib = allocatedKib - liveKib;
      const { allocator_kb_delta } = stages.row('shred');
      expect(allocator_kb_delta).toBeGreaterThan(0.9 * freedKib);
      expect(allocator_kb_delta).toBeLessThan(1.02 * freedKib);
    });
  });
});

describe('with a resident peak that is reset at each boundary', () => {
  let stages: NativeStages;
  let boundKib: number;
  beforeAll(() => {
    stages = new NativeStages(addon, 'resident', 'main', [TRACKER]);
    boundKib = stages.report.sources.rss_peak.bound_kb ?? 0;
  });
  const peakAboveMib = (stage: string): number =>
    (stages.row(stage).rss_kb_peak_max! - stages.row('nothing').rss_kb_peak_max!) / MIB_IN_KIB;

  test.each([
    ['spike', 192],
    ['nothing after', 0],
    ['outer', 128],
    ['outer.inner', 64],
    ['spike untouched', 0],
    ['hold', 128],
    ['release', 128],
  ])('"%s" peaks at %i MiB', (stage, mib) => {
    const slackMib = 1 + boundKib / MIB_IN_KIB;
    expect(Math.abs(peakAboveMib(stage) - mib), `${peakAboveMib(stage)} MiB`).toBeLessThan(slackMib);
  });

  test('the header keeps the true peak', () => {
    expect(stages.report.rss_kb_peak).toBeGreaterThanOrEqual(stages.row('spike').rss_kb_peak_max!);
  });
});
