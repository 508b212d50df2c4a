import { afterEach, describe, expect, test, vi } from 'vitest';
import { METRICS } from '../../src/model/metrics.js';
import { isNumberMetric } from '../../src/model/number-metrics.js';
import { MEASURES } from '../../src/model/options.js';
import { LEVEL_OF_PEAK, type SlotName } from '../../src/model/sample-layout.js';
import { absent, present } from '../../src/model/sources.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { rowOf, ScriptedSampler, scripted } from '../support/scripted-sampler.js';

afterEach(() => vi.unstubAllEnvs());

describe('rows', () => {
  const folded = METRICS.filter(isNumberMetric).flatMap((metric) =>
    metric.slot !== null && metric.share === 'total' ? [{ ...metric, slot: metric.slot as SlotName }] : [],
  );
  const deltas = folded.filter(({ fold }) => fold !== 'peak');

  test.each(deltas)('$field is the $fold of $slot in $unit', ({ field, slot, unit }) => {
    const perUnit = { s: 1e9, KiB: 1024, count: 1 }[unit as 's' | 'KiB' | 'count'];
    const { profiler, sampler } = scripted();
    sampler.set({ [slot]: 7 * perUnit });
    for (let i = 0; i < 2; i++) profiler.stage('a', () => sampler.advance({ [slot]: 3 * perUnit }));
    sampler.advance({ [slot]: 50 * perUnit });
    expect(rowOf(profiler, 'a')[field]).toBe(6);
  });

  test.each(folded.filter(({ fold }) => fold === 'growth'))('$field falls where its level falls', ({ field, slot }) => {
    const { profiler, sampler } = scripted();
    sampler.set({ [slot]: 10_240 });
    profiler.stage('a', () => sampler.advance({ [slot]: -3_072 }));
    expect(rowOf(profiler, 'a')[field]).toBe(-3);
  });

  test.each(folded.filter(({ fold }) => fold === 'peak'))('$field is the highest $slot', ({ field, slot }) => {
    const level = LEVEL_OF_PEAK[slot]!;
    const { profiler, sampler } = scripted();
    profiler.stage('a', () => {
      sampler.set({ [level]: 8_192 });
      sampler.set({ [level]: 1_024 });
    });
    expect(rowOf(profiler, 'a')[field]).toBe(8);
  });

  test('growth by octave is that of the calls 1, 2 to 3, 4 to 7, in KiB', () => {
    const { profiler, sampler } = scripted();
    for (const kib of [500, 3, -1, 8, 8, 8, 8, 20]) {
      profiler.stage('a', () => sampler.advance({ rss_bytes: kib * 1024 }));
    }
    expect(rowOf(profiler, 'a').growth_by_octave).toEqual([
      [0, 500],
      [1, 2],
      [2, 32],
      [3, 20],
    ]);
    expect(profiler.report().program!.growth_by_octave).toEqual([[0, 554]]);
  });

  test.each([
    ['go on from what the process had before', { a: 3, '': 1 }, [[2, 14]], [[1, 14]]],
    ['have no octave where they have no number', { a: Number.NaN, '': Number.NaN }, null, null],
  ])('calls %s', (_what, before, ofStage, ofProgram) => {
    const sampler = new ScriptedSampler();
    const callsBefore = (label: string) => before[label as keyof typeof before];
    const profiler = new StageProfiler({}, { sampler, callsBefore });
    for (const kib of [2, 4, 8]) profiler.stage('a', () => sampler.advance({ rss_bytes: kib * 1024 }));
    expect(rowOf(profiler, 'a')).toMatchObject({ growth_by_octave: ofStage, rss_kb_delta: 14, calls: 3 });
    expect(profiler.report().program!.growth_by_octave).toEqual(ofProgram);
  });

  test('memory is rounded to whole KiB and is never a negative zero', () => {
    const { profiler, sampler } = scripted();
    profiler.stage('up', () => sampler.advance({ rss_bytes: 1_536 }));
    profiler.stage('down', () => sampler.advance({ rss_bytes: -100 }));
    expect(rowOf(profiler, 'up').rss_kb_delta).toBe(2);
    expect(rowOf(profiler, 'down').rss_kb_delta).toBe(0);
  });

  test('a reading that is missing at one end leaves that call out, and only that', () => {
    const { profiler, sampler } = scripted();
    sampler.set({ native_live_bytes: 0 });
    profiler.stage('a', () => sampler.set({ native_live_bytes: 4_096 }));
    profiler.stage('a', () => sampler.set({ native_live_bytes: Number.NaN }));
    profiler.stage('a', () => sampler.set({ native_live_bytes: 0 }));
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 3, native_kb_delta: 4 });
  });

  test('modules have what they allocated in the call, also those loaded in it; two of one name are one', () => {
    const { profiler, sampler } = scripted();
    sampler.allocate('early.node', 50_000);
    const outer = profiler.stage('a');
    sampler.allocate('early.node', 2_048);
    profiler.stage('b', () => {
      sampler.allocate('late.node', 4_096);
      sampler.allocate('early.node', 1_024);
      sampler.allocate('tiny.node', 100);
    });
    expect(rowOf(profiler, 'a')).toMatchObject({ native_modules: { 'early.node': 3, 'late.node': 4 } });
    outer.end();
    sampler.allocate('late.node', 90_000);
    profiler.stage('b', () => {});
    sampler.moduleNames = ['x.node', 'x.node', 'tiny.node'];
    expect(rowOf(profiler, 'a')).toMatchObject({ native_modules: { 'x.node': 7 } });
    expect(rowOf(profiler, 'a.b')).toMatchObject({ native_modules: { 'x.node': 5 } });
    expect(rowOf(profiler, 'b')).toMatchObject({ native_modules: {} });
  });

  test('modules have what they hold more or less than at the entry, and the header what they hold in the end', () => {
    const { profiler, sampler } = scripted();
    sampler.allocate('early.node', 0);
    sampler.hold('early.node', 50 * 1024);
    profiler.stage('a', () => {
      sampler.hold('early.node', 20 * 1024);
      sampler.allocate('late.node', 0);
      sampler.hold('late.node', 7 * 1024);
    });
    profiler.stage('a', () => sampler.hold('late.node', 9 * 1024));
    expect(rowOf(profiler, 'a')).toMatchObject({ native_live_modules: { 'early.node': -30, 'late.node': 9 } });
    expect(profiler.report()).toMatchObject({
      live_modules: { 'early.node': 20, 'late.node': 9 },
      program: { native_live_modules: { 'early.node': 20, 'late.node': 9 } },
    });
  });

  test('what modules hold is null where it is not sampled', () => {
    const { profiler, sampler } = scripted();
    sampler.set({ live_module_count: Number.NaN });
    sampler.allocate('m.node', 2_048);
    profiler.stage('a', () => sampler.allocate('m.node', 2_048));
    expect(rowOf(profiler, 'a')).toMatchObject({ native_modules: { 'm.node': 2 }, native_live_modules: null });
    expect(profiler.report().live_modules).toBeNull();
  });

  test('a call takes nothing over from an earlier use of its object', () => {
    const { profiler, sampler } = scripted();
    sampler.allocate('m.node', 10_240);
    profiler.stage('a', () => sampler.allocate('m.node', 1_024));
    profiler.stage('a', () => sampler.allocate('n.node', 2_048));
    expect(rowOf(profiler, 'a')).toMatchObject({ native_modules: { 'm.node': 1, 'n.node': 2 } });
  });

  test('where nothing is measured, everything but time and counts is null', () => {
    const { profiler, sampler } = scripted({ measure: [] });
    profiler.stage('a', () => sampler.pass(5));
    const row = rowOf(profiler, 'a');
    expect(row).toMatchObject({ calls: 1, wall_s: 5e-9, wall_self_s: 5e-9, wall_max_s: 5e-9, overhead_s: 0 });
    for (const { field, group } of METRICS) {
      if (group !== 'time') expect(row[field], field).toBeNull();
      else expect(row[field], field).not.toBeNull();
    }
  });

  test.each(MEASURES)('"%s" alone fills the metrics of its group and no other', (measure) => {
    const { profiler, sampler } = scripted({ measure: [measure] });
    sampler.moduleNames = measure === 'native' ? [] : null;
    profiler.stage('a', () => sampler.pass(5));
    const row = rowOf(profiler, 'a');
    for (const { field, group, share } of METRICS) {
      if (group === 'time') continue;
      expect(row[field] === null, field).toBe(group !== measure || share === 'collected' || share === 'running');
    }
  });

  test('an open call has what it has used so far, and is counted when it ends', () => {
    const { profiler, sampler } = scripted();
    const handle = profiler.stage('a');
    sampler.advance({ wall_ns: 50, process_cpu_ns: 30, rss_bytes: 4_096 });
    profiler.stage('b', () => sampler.pass(7));
    for (let i = 0; i < 2; i++) {
      expect(rowOf(profiler, 'a')).toMatchObject({
        calls: 0,
        open: 1,
        wall_s: 57e-9,
        wall_self_s: 50e-9,
        wall_max_s: 57e-9,
        wall_hist: [],
        cpu_s: 30e-9,
        rss_kb_delta: 4,
        rss_kb_peak_max: 4,
      });
    }
    sampler.pass(3);
    handle.end();
    expect(rowOf(profiler, 'a')).toMatchObject({
      calls: 1,
      open: 0,
      wall_s: 60e-9,
      wall_self_s: 53e-9,
      rss_kb_delta: 4,
    });
  });

  test('the self time of an open call is without its open child', () => {
    const { profiler, sampler } = scripted();
    profiler.stage('a');
    sampler.pass(10);
    profiler.stage('b');
    sampler.pass(100);
    expect(rowOf(profiler, 'a')).toMatchObject({ wall_s: 110e-9, wall_self_s: 10e-9 });
    expect(rowOf(profiler, 'a.b')).toMatchObject({ wall_s: 100e-9, wall_self_s: 100e-9 });
  });

  test('the fields stand in the order of the table of metrics', () => {
    const { profiler } = scripted();
    profiler.stage('a').end();
    expect(Object.keys(rowOf(profiler, 'a'))).toEqual(['stage', ...METRICS.map(({ field }) => field)]);
  });

  test('the overhead is the known cost of the stages inside, and the inner part of their own', () => {
    const { profiler } = scripted({}, { fullNs: 1_000, innerNs: 300 });
    profiler.stage('a', () => {
      for (let i = 0; i < 3; i++) profiler.stage('b', () => profiler.stage('c', () => {}));
    });
    expect(rowOf(profiler, 'a').overhead_s).toBeCloseTo(6_300e-9, 12);
    expect(rowOf(profiler, 'a.b').overhead_s).toBeCloseTo(3_900e-9, 12);
    expect(rowOf(profiler, 'a.b.c').overhead_s).toBeCloseTo(900e-9, 12);
    expect(profiler.report().overhead_s).toBeCloseTo(7_000e-9, 12);
  });
});

describe('header', () => {
  test('has the totals, the resident set now, and the highest', () => {
    const { profiler, sampler } = scripted();
    sampler.advance({ wall_ns: 2e9, process_cpu_ns: 3e9, rss_bytes: 5 * 1024 });
    sampler.lifetimePeak = 9 * 1024;
    const header: Record<string, unknown> = { ...profiler.report() };
    expect(header).toMatchObject({
      schema: 'stageprof/1',
      total_wall_s: 2,
      total_cpu_s: 3,
      outside_wall_s: 2,
      outside_cpu_s: 3,
      rss_kb_now: 5,
      rss_kb_peak: 9,
      labels_folded: 0,
      warnings: [],
      node: process.version,
      pid: process.pid,
      stages: [],
    });
  });

  test('has a row of the whole program, with what no stage has seen', () => {
    const { profiler, sampler } = scripted({}, { fullNs: 1_000, innerNs: 300 });
    sampler.allocate('m.node', 2_048);
    sampler.advance({ rss_bytes: 4_096, js_used_bytes: 9_216, native_alloc_bytes: 2_048 });
    sampler.set({ js_used_bytes: 3_072 });
    profiler.stage('a', () => {
      sampler.advance({ wall_ns: 50, rss_bytes: 1_024 });
      sampler.allocate('m.node', 1_024);
    });
    sampler.pass(7);
    const open = profiler.stage('b');
    sampler.advance({ wall_ns: 3, rss_bytes: -3_072 });
    const expected = {
      stage: '(program)',
      calls: 1,
      errors: 0,
      open: 0,
      overlapped_calls: 0,
      wall_s: 60e-9,
      wall_max_s: 60e-9,
      wall_self_s: 7e-9,
      wall_hist: [[7, 1]],
      rss_kb_delta: 2,
      rss_kb_peak_max: 5,
      js_kb_delta: 3,
      js_kb_peak_max: 9,
      native_kb_alloc: 2,
      native_modules: { 'm.node': 3 },
      overhead_s: 1e-6,
    };
    for (let i = 0; i < 2; i++) expect(profiler.report().program).toMatchObject(expected);
    open.end();
    profiler.close();
    sampler.pass(100);
    expect(profiler.report().program).toMatchObject({ wall_s: 60e-9, wall_self_s: 7e-9, calls: 1, overhead_s: 2e-6 });
  });

  test('the row of the program starts with the profiler, also its modules and peaks', () => {
    const sampler = new ScriptedSampler();
    sampler.allocate('m.node', 10_240);
    sampler.set({ rss_bytes: 8_192, js_used_bytes: 90_000 });
    sampler.set({ js_used_bytes: 1_024 });
    const profiler = new StageProfiler({}, { sampler });
    sampler.allocate('m.node', 1_024);
    sampler.advance({ rss_bytes: 2_048 });
    expect(profiler.report().program).toMatchObject({
      rss_kb_delta: 2,
      rss_kb_peak_max: 10,
      js_kb_peak_max: 1,
      native_modules: { 'm.node': 1 },
    });
  });

  test('starts with the profiler, whatever the clocks showed then', () => {
    const { profiler, sampler } = scripted();
    sampler.pass(10);
    profiler.close();
    expect(profiler.report().total_wall_s).toBe(10e-9);
  });

  test('what is not measured is null', () => {
    const { profiler, sampler } = scripted();
    const missing = { process_cpu_ns: Number.NaN, rss_bytes: Number.NaN };
    sampler.set(missing);
    sampler.lifetimePeak = Number.NaN;
    expect(profiler.report()).toMatchObject({
      total_cpu_s: null,
      outside_cpu_s: null,
      rss_kb_now: null,
      rss_kb_peak: null,
    });
  });

  test.each([
    ['the tracker', present('bounded', 'tracker'), true],
    ['malloc statistics', present('sampled', 'mallinfo2'), false],
    ['nothing', absent('none'), false],
  ])('native memory read from %s is traced: %s', (_from, state, traced) => {
    const { profiler, sampler } = scripted();
    Object.assign(sampler.state, { native: state });
    expect(profiler.report()).toMatchObject({ native_memory_traced: traced });
  });

  test.each([
    ['exact', true],
    ['sampled', false],
    ['absent', false],
  ] as const)('a JS heap whose peak is %s is traced: %s', (truth, traced) => {
    const { profiler, sampler } = scripted();
    const state = truth === 'absent' ? absent('none') : present(truth, 'script');
    Object.assign(sampler.state, { js_peak: state });
    expect(profiler.report()).toMatchObject({ js_memory_traced: traced });
  });

  test('sources has the sources of the sampler, and how costs are attributed', () => {
    const { profiler, sampler } = scripted();
    const { attribution, ...sources } = profiler.report().sources;
    expect(sources).toEqual(sampler.state);
    expect(attribution).toMatchObject({ available: true, truth: 'bounded' });
  });

  test('slurm names the job, and is missing outside of a job', () => {
    for (const name of ['SLURM_JOB_ID', 'SLURM_ARRAY_JOB_ID', 'SLURM_ARRAY_TASK_ID']) vi.stubEnv(name, undefined);
    expect(scripted().profiler.report()).not.toHaveProperty('slurm');
    vi.stubEnv('SLURM_JOB_ID', '77');
    expect(scripted().profiler.report().slurm).toEqual({ job: '77', array_job: null, array_task: null });
    vi.stubEnv('SLURM_ARRAY_JOB_ID', '70');
    vi.stubEnv('SLURM_ARRAY_TASK_ID', '7');
    expect(scripted().profiler.report().slurm).toEqual({ job: '77', array_job: '70', array_task: '7' });
  });

  test('a report is plain JSON, and making it changes nothing', () => {
    const { profiler, sampler } = scripted();
    profiler.stage('a', () => sampler.pass(5));
    profiler.stage('b');
    const first = profiler.report();
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    expect(profiler.report()).toEqual(first);
  });
});
