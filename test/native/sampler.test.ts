import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../src/model/metrics.js';
import { MEASURES } from '../../src/model/options.js';
import { SLOTS, type SlotName, slotIndex, WAITED_CELL } from '../../src/model/sample-layout.js';
import { plainSampleMemory, type Sampler, type SamplerOptions } from '../../src/model/sampler.js';
import { arrayBufferBytes } from '../../src/native/js-heap.js';
import { JsSampler } from '../../src/native/js-sampler.js';
import { loadBinding } from '../../src/native/load-addon.js';
import { NativeSampler } from '../../src/native/native-sampler.js';
import { burn, collectGarbage, KIB, MIB } from '../support/workloads.js';

const ALL: SamplerOptions = { cpu: true, rss: true, js: true, native: true, io: true, rssPeak: 'lifetime' };
const NONE: SamplerOptions = { cpu: false, rss: false, js: false, native: false, io: false, rssPeak: 'lifetime' };

const { binding, missing } = loadBinding();
if (binding === null) throw new Error(missing);

const native = (options: SamplerOptions): Sampler =>
  NativeSampler.open({ binding, heapFault: null }, options, plainSampleMemory())!;

/** As on a Node whose heap the addon cannot read, because what it finds differs from what V8 says. */
function nativeWithoutHeap(options: SamplerOptions): Sampler {
  const fault = binding!.heapVerify(() => ({ ...getHeapStatistics(), used_heap_size: 1 }), arrayBufferBytes);
  expect(fault).toMatch(/\S/);
  const sampler = NativeSampler.open({ binding: binding!, heapFault: fault }, options, plainSampleMemory())!;
  expect(binding!.heapVerify(getHeapStatistics, arrayBufferBytes)).toBeNull();
  return sampler;
}

const samplers: readonly [string, (options: SamplerOptions) => Sampler][] = [
  ['native', native],
  ['native without the V8 heap', nativeWithoutHeap],
  ['js', (options) => new JsSampler(options, 'the addon is missing')],
];

const pageBytes = 4 * KIB;
const statm = (): number[] => readFileSync('/proc/self/statm', 'latin1').split(' ').map(Number);
const statusBytes = (name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'latin1'))![1]) * KIB;

describe.each(samplers)('the %s sampler', (name, open) => {
  const at = (sampler: Sampler, slot: SlotName): number => sampler.slots[slotIndex[slot]]!;

  /** Reads the oracle before and after a sample. A value that only rises must lie between the two. */
  function between(slot: SlotName, oracle: () => number, slack: number): void {
    const sampler = open(ALL);
    for (const read of [() => sampler.readEntry(), () => sampler.readExit()]) {
      const before = oracle();
      read();
      const after = oracle();
      expect(at(sampler, slot)).toBeGreaterThanOrEqual(before - slack);
      expect(at(sampler, slot)).toBeLessThanOrEqual(after + slack);
    }
    sampler.close();
  }

  test.each<[SlotName, () => number, number]>([
    [
      'process_cpu_ns',
      () => {
        const { user, system } = process.cpuUsage();
        return (user + system) * 1_000;
      },
      2_000,
    ],
    ['faults_minor', () => process.resourceUsage().minorPageFault, 0],
    ['faults_major', () => process.resourceUsage().majorPageFault, 0],
    ['ctx_voluntary', () => process.resourceUsage().voluntaryContextSwitches, 0],
    ['ctx_involuntary', () => process.resourceUsage().involuntaryContextSwitches, 0],
    ['read_bytes', () => process.resourceUsage().fsRead * 512, 0],
    ['write_bytes', () => process.resourceUsage().fsWrite * 512, 0],
  ])('%s is what getrusage says', (slot, oracle, slack) => between(slot, oracle, slack));

  test('wall time passes as fast as that of hrtime', () => {
    const sampler = open(NONE);
    const before = process.hrtime.bigint();
    sampler.readEntry();
    const entry = at(sampler, 'wall_ns');
    burn(20);
    sampler.readExit();
    const outer = Number(process.hrtime.bigint() - before);
    expect(at(sampler, 'wall_ns') - entry).toBeGreaterThanOrEqual(20e6 - 1_000);
    expect(at(sampler, 'wall_ns') - entry).toBeLessThanOrEqual(outer + 1_000);
    sampler.close();
  });

  test('blocks written to a file are counted', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'stageprof-')), 'file');
    writeFileSync(path, Buffer.alloc(4 * MIB, 1), { flush: true });
    rmSync(dirname(path), { recursive: true });
    const sampler = open(ALL);
    sampler.readExit();
    expect(at(sampler, 'write_bytes')).toBe(process.resourceUsage().fsWrite * 512);
    sampler.close();
  });

  test('the resident set is what statm and memoryUsage say', () => {
    const sampler = open(ALL);
    sampler.readEntry();
    sampler.readEntry();
    expect(Math.abs(at(sampler, 'rss_bytes') - statm()[1]! * pageBytes)).toBeLessThan(2 * MIB);
    expect(Math.abs(at(sampler, 'rss_bytes') - process.memoryUsage.rss())).toBeLessThan(2 * MIB);
    sampler.close();
  });

  test('the pages of files are what statm says, or not known', () => {
    const sampler = open(ALL);
    sampler.readEntry();
    sampler.readEntry();
    const bytes = at(sampler, 'file_bytes');
    if (name === 'js') expect(bytes).toBeNaN();
    else expect(Math.abs(bytes - statm()[2]! * pageBytes)).toBeLessThan(2 * MIB);
    sampler.close();
  });

  test('a resident set that rises and falls raises the peak of its own window only', () => {
    const sampler = open({ ...NONE, rss: true });
    const peakOf = (work: () => void): number => {
      sampler.readEntry();
      work();
      sampler.readExit();
      return at(sampler, 'rss_peak_bytes') / MIB;
    };
    const now = (statm()[1]! * pageBytes) / MIB;
    const quiet = peakOf(() => {});
    expect(quiet).toBeGreaterThan(now - 4);
    const above = statusBytes('VmHWM') / MIB + 100;
    const high = peakOf(() => {
      Buffer.alloc((above - now) * MIB, 1);
      for (let i = 0; i < 3; i++) collectGarbage();
    });
    // Some of what was resident before may have been given back by now.
    expect(high).toBeGreaterThan(above - 32);
    expect(high).toBeLessThan(above + 16);
    expect(at(sampler, 'rss_bytes') / MIB).toBeLessThan(high - 50);
    sampler.close();
  });

  test('the lifetime peak is VmHWM', () => {
    const sampler = open(ALL);
    expect(Math.abs(sampler.lifetimePeakRssBytes() - statusBytes('VmHWM'))).toBeLessThan(2 * MIB);
    sampler.close();
    const off = open(NONE);
    expect(off.lifetimePeakRssBytes()).toBeNaN();
    off.close();
  });

  test('the used heap and the external memory are what v8 says', () => {
    const sampler = open(ALL);
    const store = new ArrayBuffer(32 * MIB);
    const apart = () => {
      sampler.readExit();
      const { used_heap_size, external_memory } = getHeapStatistics();
      expect(at(sampler, 'external_bytes')).toBe(external_memory);
      return Math.abs(at(sampler, 'js_used_bytes') - used_heap_size);
    };
    // Between two readings V8 may compile code, and may subtract what it has swept from the sum.
    expect(Math.min(...Array.from({ length: 5 }, apart))).toBeLessThan(64 * KIB);
    expect(at(sampler, 'external_bytes')).toBeGreaterThanOrEqual(store.byteLength);
    expect(at(sampler, 'js_peak_bytes')).toBeGreaterThanOrEqual(at(sampler, 'js_used_bytes'));
    sampler.close();
  });

  test('a slot that was not asked for stays missing', () => {
    const sampler = open(NONE);
    sampler.readEntry();
    sampler.readExit();
    for (const slot of SLOTS) {
      if (slot === 'wall_ns') expect(at(sampler, slot)).toBeGreaterThan(0);
      else expect(at(sampler, slot), slot).toBeNaN();
    }
    for (const state of Object.values(sampler.sources()))
      expect(state).toMatchObject({ available: false, truth: 'absent' });
    sampler.close();
  });

  test.each(MEASURES)('fills the slots of "%s" only when asked for no other group', (group) => {
    const sampler = open({ ...NONE, [group]: true });
    sampler.readEntry();
    sampler.readExit();
    const groups = METRICS.flatMap(({ slot, group: of }) =>
      slot !== null && !Number.isNaN(at(sampler, slot)) ? [of] : [],
    );
    expect([...new Set(groups)].filter((found) => found !== 'time' && found !== group)).toEqual([]);
    sampler.close();
  });

  test('an available source fills its slots, and an absent one leaves them missing', () => {
    const slotsOf = {
      // Live bytes also need the heap, which one of these samplers cannot read.
      native: [],
      allocator: ['allocator_free_bytes'],
      js_peak: ['js_used_bytes', 'js_peak_bytes'],
      rss: ['rss_bytes'],
      rss_peak: ['rss_peak_bytes'],
      usage: [
        'process_cpu_ns',
        'faults_minor',
        'faults_major',
        'ctx_voluntary',
        'ctx_involuntary',
        'read_bytes',
        'write_bytes',
      ],
      thread_cpu: ['thread_cpu_ns'],
      pool_cpu: ['pool_cpu_ns'],
      gc: ['gc_ns', 'gc_calls'],
    } as const satisfies Record<string, readonly SlotName[]>;
    const sampler = open(ALL);
    sampler.readEntry();
    // A budget limits how often malloc is read. Earlier tests have used some of it, and it refills with time.
    const deadline = performance.now() + 15_000;
    const isDue = () => (sampler.sources().allocator.readings ?? 1) === 0 && performance.now() < deadline;
    while (isDue()) sampler.readEntry();
    const sources = sampler.sources();
    expect(Object.keys(sources).sort()).toEqual(Object.keys(slotsOf).sort());
    for (const [name, state] of Object.entries(sources)) {
      for (const slot of slotsOf[name as keyof typeof slotsOf]) {
        expect(Number.isNaN(at(sampler, slot)), `${name}: ${slot}`).toBe(!state.available);
      }
      if (!state.available) expect(state.reason).toMatch(/\S/);
    }
    sampler.close();
  });

  test('reads the clock last on entry and first on exit', () => {
    const sampler = open(ALL);
    const nowNs = (): number => Number(process.hrtime.bigint());
    const clockOf = (): number => at(sampler, 'wall_ns');
    const offset = nowNs() - performance.now() * 1e6;
    // performance.now counts from the start of the process, and the addon's clock from the start of the machine.
    sampler.readEntry();
    const base = Math.abs(clockOf() - nowNs()) < 1e9 ? 0 : offset;
    const shares = { entry: [] as number[], exit: [] as number[] };
    for (let i = 0; i < 500; i++) {
      for (const end of ['entry', 'exit'] as const) {
        const before = nowNs();
        if (end === 'entry') sampler.readEntry();
        else sampler.readExit();
        const after = nowNs();
        shares[end].push((clockOf() + base - before) / (after - before));
      }
    }
    const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
    expect(median(shares.entry)).toBeGreaterThan(0.5);
    expect(median(shares.exit)).toBeLessThan(0.5);
    sampler.close();
  });

  test('can be closed and read again after it was closed, and its last sample stays', () => {
    const sampler = open(ALL);
    sampler.readEntry();
    const last = at(sampler, 'wall_ns');
    sampler.close();
    sampler.close();
    expect(at(sampler, 'wall_ns')).toBe(last);
    sampler.readExit();
    expect(at(sampler, 'wall_ns')).toBeGreaterThanOrEqual(last);
  });
});

test('a closed native sampler keeps its last sample when it is read', () => {
  const sampler = native(ALL);
  sampler.readEntry();
  const last = [...sampler.slots];
  sampler.close();
  burn(1);
  sampler.readEntry();
  sampler.readExit();
  expect([...sampler.slots]).toEqual(last);
});

describe('a reset of the resident peak', () => {
  test('gives each window its own peak, and does not lower the lifetime peak', () => {
    const sampler = native({ ...NONE, rss: true, rssPeak: 'reset' });
    const peakOf = (mib: number): number => {
      sampler.readEntry();
      const before = sampler.slots[slotIndex.rss_bytes]!;
      if (mib > 0) Buffer.alloc(mib * MIB, 1);
      sampler.readExit();
      return (sampler.slots[slotIndex.rss_peak_bytes]! - before) / MIB;
    };
    const settle = (): void => void Array.from({ length: 3 }, () => peakOf(0));
    settle();
    expect(peakOf(160)).toBeGreaterThan(150);
    const lifetime = sampler.lifetimePeakRssBytes();
    const small = peakOf(40);
    expect(small).toBeGreaterThan(-8);
    expect(small).toBeLessThan(100);
    settle();
    expect(sampler.lifetimePeakRssBytes()).toBeGreaterThanOrEqual(lifetime);
    sampler.close();
  });
});

describe('the use of a thread', () => {
  const USE: readonly SlotName[] = ['thread_cpu_ns', 'js_alloc_bytes'];
  const used = (slots: Float64Array): number[] => USE.map((slot) => slots[slotIndex[slot]]!);

  test('fills its own slots, and leaves the others as the last sample had them', () => {
    const sampler = native(ALL);
    sampler.readEntry();
    const before = sampler.slots.slice();
    burn(5);
    Array.from({ length: 10_000 }, (_, index) => ({ index }));
    sampler.readThreadUse();
    const now = sampler.slots;
    for (const slot of USE) expect(now[slotIndex[slot]]).toBeGreaterThan(before[slotIndex[slot]]!);
    const others = SLOTS.filter((slot) => !USE.includes(slot)).map((slot) => slotIndex[slot]);
    expect(others.map((slot) => now[slot])).toEqual(others.map((slot) => before[slot]));
    sampler.close();
  });

  test('is read when the event loop starts to wait, once for each request', async () => {
    const sampler = native(ALL);
    const { slots } = sampler;
    expect(sampler.watchLoop()).toBe(true);
    sampler.readThreadUse();
    const first = used(slots);
    await wait();
    // There was no request.
    expect(used(slots)).toEqual(first);
    slots[WAITED_CELL] = 0;
    burn(3);
    await wait();
    expect(slots[WAITED_CELL]).toBe(1);
    const second = used(slots);
    expect(second[0]).toBeGreaterThan(first[0]!);
    burn(3);
    await wait();
    expect(used(slots)).toEqual(second);
    slots[WAITED_CELL] = 0;
    sampler.close();
    await wait();
    expect(slots[WAITED_CELL]).toBe(0);
  });

  /** Goes through the event loop twice, so that the loop has waited at least once. */
  async function wait(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  }
});

describe('the source of native memory', () => {
  const reasonWith = (missed: {
    modulesMissed: number;
    mappingsMissed: number;
    liveMissed: number;
    liveRate: number;
  }) => {
    const tracker = { failure: null, boundBytes: 32 * KIB, ...missed };
    const sourcesRead = () => ({ ...binding.sourcesRead(), tracker });
    const sampler = NativeSampler.open(
      { binding: { ...binding, sourcesRead }, heapFault: null },
      ALL,
      plainSampleMemory(),
    )!;
    const { reason } = sampler.sources().native;
    sampler.close();
    return reason;
  };

  test('says what the tracker could not follow', () => {
    const reason = reasonWith({ modulesMissed: 2, mappingsMissed: 3, liveMissed: 4, liveRate: 512 * KIB });
    expect(reason).toMatch(
      /; module table full, 2 look-ups charged to \(unknown\); 3 mappings not followed; 4 live blocks had no room in the sample$/,
    );
    expect(reason).toContain('live blocks by module are sampled, one in 512 KiB on average');
  });

  test('says nothing about it when the tracker followed everything', () => {
    expect(reasonWith({ modulesMissed: 0, mappingsMissed: 0, liveMissed: 0, liveRate: Number.NaN })).not.toMatch(
      /followed|module|sample/,
    );
  });

  test.skipIf(binding.sourcesRead().tracker.failure === null)('has neither number without the tracker', () => {
    expect(binding.sourcesRead().tracker).toMatchObject({
      modulesMissed: Number.NaN,
      mappingsMissed: Number.NaN,
      liveRate: Number.NaN,
    });
  });
});
