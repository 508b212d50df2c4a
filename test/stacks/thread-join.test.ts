import { describe, expect, test } from 'vitest';
import { CpuFold } from '../../src/stacks/cpu-fold.js';
import { SourcePositions } from '../../src/stacks/source-positions.js';
import type { StackProfile } from '../../src/stacks/stack-profile.js';
import { makeRing, type StageRing, writeEntry } from '../../src/stacks/stage-ring.js';
import { ThreadJoin, type ToldLabels } from '../../src/stacks/thread-join.js';
import type { CpuReading } from '../../src/stacks/thread-log.js';
import type { V8Node, V8Profile } from '../../src/stacks/v8-profile.js';
import { ROTATE_NAME } from '../../src/stacks/v8-stacks.js';
import { seeded } from '../support/random.js';

const PERIOD_US = 10_000;
const OWN = new URL('../../src/profiler/any.js', import.meta.url).href;

type NodeTree = readonly [name: string, where?: string, ...children: NodeTree[]];

/** Nodes with ids from 1, parents first. `where` is `url:line`, or nothing for native code. */
function nodesOf(root: NodeTree): V8Node[] {
  const nodes: V8Node[] = [];
  const add = ([name, where = '', ...children]: NodeTree): number => {
    const id = nodes.length + 1;
    const [url = '', line = '0'] = where.split(/:(?=\d+$)/);
    const callFrame = {
      functionName: name,
      scriptId: url === '' ? '0' : '7',
      url,
      lineNumber: Number(line) - 1,
      columnNumber: 0,
    };
    const node = { id, callFrame, children: [] as number[] };
    nodes.push(node);
    node.children.push(...children.map(add));
    return id;
  };
  add(root);
  return nodes;
}

function v8Profile(nodes: readonly V8Node[], samples: readonly (readonly [timeUs: number, node: number])[]): V8Profile {
  const times = samples.map(([timeUs]) => timeUs);
  return {
    nodes,
    startTime: 0,
    endTime: Math.max(...times) + 1,
    samples: samples.map(([, node]) => node),
    timeDeltas: times.map((timeUs, index) => timeUs - (times[index - 1] ?? 0)),
  };
}

function toldBefore(byId: readonly string[]): ToldLabels {
  return { byId, takeTold: () => {} };
}

function joined(
  labels: readonly string[],
  profile: V8Profile,
  fill: (ring: StageRing) => void,
  readings: readonly CpuReading[] = [],
) {
  const fold = new CpuFold(PERIOD_US * 1000);
  const join = new ThreadJoin(fold, new SourcePositions(), toldBefore(labels), 'main', PERIOD_US);
  const ring = makeRing();
  join.log.follow(ring);
  fill(ring);
  for (const reading of readings) join.log.take(reading);
  join.addChunk(profile);
  return rowsOf(fold.result());
}

function rowsOf(profile: StackProfile) {
  return Array.from({ length: profile.rows.length }, (_, index) => {
    const row = index + 1;
    const frames = profile.stacks.frames(profile.rows.stack(row)).map((id) => profile.frames.get(id).name);
    return {
      stage: profile.strings.get(profile.rows.stage(row)),
      stack: frames.join(';'),
      samples: profile.value(row, 'samples'),
      cpuMs: profile.value(row, 'cpu') / 1e6,
    };
  });
}

const two = nodesOf([
  '(root)',
  '',
  ['busyA', '/app.js:1'],
  ['busyB', '/app.js:5'],
  ['(idle)'],
  ['(garbage collector)'],
]);
const [BUSY_A, BUSY_B, IDLE, GC] = [2, 3, 4, 5];

describe('samples get the stage that ran at their time', () => {
  test('twelve stages that take turns have their own functions alone', () => {
    const names = Array.from({ length: 12 }, (_, k) => `s${k}`);
    const nodes = nodesOf(['(root)', '', ...names.map((name, k) => [`busy-${name}`, `/app.js:${k + 1}`] as const)]);
    const samples = Array.from({ length: 600 }, (_, i) => [(i + 1) * PERIOD_US, 2 + ((i * 7) % 12)] as const);
    const rows = joined(['', ...names], v8Profile(nodes, samples), (ring) => {
      for (const [timeUs, node] of samples) writeEntry(ring, timeUs - 3, node - 1, timeUs - 3);
      writeEntry(ring, 601 * PERIOD_US, 0, 601 * PERIOD_US);
    });
    expect(rows.filter(({ stage, stack }) => stack !== `busy-${stage}`)).toEqual([]);
    expect(rows.reduce((sum, { samples: count }) => sum + count, 0)).toBe(600);
  });

  test('samples out of order, as Node 26 gives them, are sorted first', () => {
    const profile = v8Profile(two, [
      [10_000, BUSY_A],
      [30_000, BUSY_B],
      [20_000, BUSY_A],
      [40_000, BUSY_B],
    ]);
    const rows = joined(['', 'a', 'b'], profile, (ring) => {
      writeEntry(ring, 1, 1, 1);
      writeEntry(ring, 25_000, 2, 25_000);
      writeEntry(ring, 45_000, 0, 45_000);
    });
    expect(rows).toMatchObject([
      { stage: 'a', stack: 'busyA', samples: 2 },
      { stage: 'b', stack: 'busyB', samples: 2 },
    ]);
  });

  test('a collection belongs to the stage in which it came, and idle time to none', () => {
    const profile = v8Profile(two, [
      [10_000, BUSY_A],
      [20_000, GC],
      [30_000, IDLE],
    ]);
    const rows = joined(['', 'a'], profile, (ring) => {
      writeEntry(ring, 1, 1, 0);
      writeEntry(ring, 35_000, 0, 20_000);
    });
    expect(rows).toEqual([
      { stage: 'a', stack: 'busyA', samples: 1, cpuMs: 10 },
      { stage: 'a', stack: '(garbage collector)', samples: 1, cpuMs: 10 },
      { stage: '', stack: '(idle)', samples: 1, cpuMs: 0 },
    ]);
  });

  test('a stage that goes on past the end of a profile is that of the next one', () => {
    const fold = new CpuFold(PERIOD_US * 1000);
    const join = new ThreadJoin(fold, new SourcePositions(), toldBefore(['', 'a']), 'main', PERIOD_US);
    const ring = makeRing();
    join.log.follow(ring);
    writeEntry(ring, 1, 1, 0);
    join.addChunk(v8Profile(two, [[10_000, BUSY_A]]));
    join.addChunk(v8Profile(two, [[20_000, BUSY_A]]));
    writeEntry(ring, 25_000, 0, 20_000);
    join.addChunk(v8Profile(two, [[30_000, BUSY_B]]));
    expect(rowsOf(fold.result())).toMatchObject([
      { stage: 'a', stack: 'busyA', samples: 2, cpuMs: 20 },
      { stage: '', stack: 'busyB', samples: 1 },
    ]);
  });
});

test('a label that is told just before its stage runs is known, however late its message is taken', () => {
  const fold = new CpuFold(PERIOD_US * 1000);
  const ring = makeRing();
  const byId = [''];
  const queue: [id: number, label: string][] = [];
  const tell = (id: number, label: string, timeUs: number) => {
    queue.push([id, label]);
    writeEntry(ring, timeUs, id, timeUs);
  };
  const takeTold = () => {
    for (const [id, label] of queue.splice(0)) byId[id] = label;
    // The thread goes on meanwhile. This is in the next profile.
    if (byId.length === 2) tell(2, 'b', 30_000);
  };
  const join = new ThreadJoin(fold, new SourcePositions(), { byId, takeTold }, 'main', PERIOD_US);
  join.log.follow(ring);
  tell(1, 'a', 1);
  writeEntry(ring, 15_000, 0, 15_000);
  join.addChunk({ ...v8Profile(two, [[10_000, BUSY_A]]), endTime: 20_000 });
  writeEntry(ring, 45_000, 0, 45_000);
  join.addChunk({ ...v8Profile(two, [[40_000, BUSY_B]]), endTime: 50_000 });
  expect(rowsOf(fold.result())).toMatchObject([
    { stage: 'a', stack: 'busyA', samples: 1, cpuMs: 14.999 },
    { stage: 'b', stack: 'busyB', samples: 1, cpuMs: 15 },
    { stage: '', stack: '(not sampled)', cpuMs: 15 },
  ]);
});

test('an hour keeps no more than its first minute', () => {
  const fold = new CpuFold(PERIOD_US * 1000);
  const join = new ThreadJoin(fold, new SourcePositions(), toldBefore(['', 'a', 'b']), 'main', PERIOD_US);
  const ring = makeRing();
  join.log.follow(ring);
  const { frames, stacks, rows, strings } = fold.profile;
  const kept = () => [frames, stacks, rows, strings].map(({ length }) => length);
  const lasts = 500;
  let ofMinute: number[] = [];
  let timeUs = 0;
  // 360,000 samples in profiles of five seconds, and a stage each millisecond.
  for (let chunk = 0; chunk < 720; chunk++) {
    const samples: (readonly [number, number])[] = [];
    for (let i = 0; i < lasts; i++) {
      for (let ms = 0; ms < PERIOD_US / 1000; ms++)
        writeEntry(ring, timeUs + ms * 1000, 1 + (ms % 2), timeUs + ms * 1000);
      timeUs += PERIOD_US;
      samples.push([timeUs - 1, 2 + ((i * 7) % 4)]);
      if (i % 10 === 0) join.log.take(null);
    }
    join.addChunk({ ...v8Profile(two, samples), endTime: timeUs });
    expect(join.log.timeUs.length).toBeLessThan(4);
    if (chunk === 11) ofMinute = kept();
  }
  expect(kept()).toEqual(ofMinute);
  expect(join.log.lost).toBe(0);
  expect(fold.samples).toBe((720 * lasts * 3) / 4);
});

describe('CPU of a stage', () => {
  test('is what its clock has shown, however few samples came', () => {
    const profile = v8Profile(two, [
      [100_000, BUSY_A],
      [200_000, BUSY_A],
      [300_000, BUSY_B],
      [410_000, BUSY_B],
    ]);
    const rows = joined(['', 'a', 'b', 'c'], profile, (ring) => {
      writeEntry(ring, 1, 1, 0);
      writeEntry(ring, 400_000, 2, 390_000);
      writeEntry(ring, 420_000, 3, 400_000);
      writeEntry(ring, 430_000, 0, 408_000);
    });
    const sums = ['a', 'b', 'c'].map((name) => [
      name,
      rows.filter(({ stage }) => stage === name).reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    ]);
    expect(sums).toEqual([
      ['a', 390],
      ['b', 10],
      ['c', 8],
    ]);
    expect(rows).toContainEqual({ stage: 'c', stack: '(not sampled)', samples: 0, cpuMs: 8 });
  });

  test('goes to what ran on a CPU, and waiting is shown as such', () => {
    const times = Array.from({ length: 20 }, (_, i) => (i + 1) * PERIOD_US);
    const profile = v8Profile(
      two,
      times.map((timeUs) => [timeUs, timeUs <= 100_000 ? BUSY_A : BUSY_B] as const),
    );
    // A is on a CPU all the time, B waits in a call.
    const rows = joined(['', 's'], profile, (ring) => writeEntry(ring, 1, 1, 0), [
      { timeUs: 100_001, cpuUs: 100_000, delayUs: 0 },
      { timeUs: 200_001, cpuUs: 101_000, delayUs: 0 },
      { timeUs: 205_000, cpuUs: 101_000, delayUs: 0 },
    ]);
    const cpuOf = (stack: string) => rows.find((row) => row.stack === stack)?.cpuMs ?? 0;
    expect(cpuOf('busyA')).toBeGreaterThan(95);
    expect(cpuOf('busyB;(waiting)')).toBeLessThan(5);
    expect(cpuOf('busyB;(waiting)') + cpuOf('busyA') + cpuOf('busyB')).toBeCloseTo(101, 3);
  });

  test('is within five points of the truth where a busy machine lets one sample in five come', () => {
    // Two stages take turns, and each of three functions has a known part of the CPU of its stage.
    const random = seeded(11);
    const nodes = nodesOf(['(root)', '', ...['f', 'g', 'h'].map((name, k) => [name, `/app.js:${k + 1}`] as const)]);
    const parts = [
      [0.6, 0.3, 0.1],
      [0.2, 0.2, 0.6],
    ];
    const samples: [number, number][] = [];
    let timeUs = 0;
    let cpuUs = 0;
    const exact = [0, 0];
    const turns: (readonly [timeUs: number, stage: number, cpuUs: number])[] = [];
    for (let turn = 0; turn < 4000; turn++) {
      const stage = turn % 2;
      turns.push([timeUs, stage + 1, cpuUs]);
      // A turn uses 10 ms, in which the machine lets the thread run for a fifth of the time.
      const wallUs = 50_000 * (0.5 + random());
      const at = timeUs + random() * wallUs;
      if (random() < 0.2) {
        const drawn = random();
        const [f, g] = parts[stage]!;
        samples.push([at, drawn < f! ? 2 : drawn < f! + g! ? 3 : 4]);
      }
      timeUs += wallUs;
      cpuUs += 10_000;
      exact[stage]! += 10_000;
    }
    const found = joined(['', 'a', 'b'], v8Profile(nodes, samples), (ring) => {
      for (const entry of turns) writeEntry(ring, ...entry);
      writeEntry(ring, timeUs, 0, cpuUs);
    });
    for (const [index, stage] of ['a', 'b'].entries()) {
      const mine = found.filter((row) => row.stage === stage);
      const whole = mine.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
      expect(whole).toBeCloseTo(exact[index]! / 1000, 3);
      for (const [k, name] of ['f', 'g', 'h'].entries()) {
        const share = (mine.find(({ stack }) => stack === name)?.cpuMs ?? 0) / whole;
        expect(Math.abs(share - parts[index]![k]!), `${name} of ${stage}`).toBeLessThan(0.05);
      }
    }
  });

  test('without any reading is that of the samples', () => {
    const profile = v8Profile(two, [
      [10_000, BUSY_A],
      [20_000, BUSY_A],
    ]);
    const rows = joined(['', 'a'], profile, (ring) => writeEntry(ring, 1, 1, Number.NaN));
    expect(rows).toEqual([{ stage: 'a', stack: 'busyA', samples: 2, cpuMs: 20 }]);
  });
});

describe('names', () => {
  const nodes = nodesOf([
    '(root)',
    '',
    ['main', '/app.js:1', ['drop'], ['readFileSync', 'node:fs:400', ['open']]],
    ['emit', 'node:events:500', ['grow']],
    ['callback', '/app.js:9', [ROTATE_NAME, '/x.js:1', ['profile']]],
    ['caller', '/app.js:20', ['stage', `${OWN}:1`, ['begin', `${OWN}:9`, ['read']], ['called', '/app.js:30', ['f']]]],
  ]);
  const rows = joined(
    [''],
    v8Profile(
      nodes,
      nodes.map(({ id }) => [id * PERIOD_US, id] as const),
    ),
    () => {},
  );
  const stacks = rows.map(({ stack }) => stack);

  test('of native functions are those that only Node can have called', () => {
    expect(stacks).toContain('main;(native)');
    expect(stacks).toContain('main;readFileSync;open');
    expect(stacks).toContain('emit;(native)');
    expect(stacks.join()).not.toMatch(/drop|grow/);
  });

  test('of the profiler itself are not there', () => {
    expect(stacks).toContain('callback');
    expect(stacks.join()).not.toMatch(/profile|stageprofRotate/);
  });

  test('of the functions of the profiler are one, whatever they call of their own', () => {
    expect(stacks.filter((stack) => stack.startsWith('caller'))).toEqual([
      'caller',
      'caller;(stageprof)',
      'caller;(stageprof);called',
      'caller;(stageprof);called;(native)',
    ]);
    expect(rows.find(({ stack }) => stack === 'caller;(stageprof)')?.samples).toBe(3);
  });
});
