import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, test } from 'vitest';
import type { StageMessage } from '../../src/model/stage-message.js';
import { nullProfiler } from '../../src/profiler/null-profiler.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { rowOf, scripted } from '../support/scripted-sampler.js';
import { PACKAGE, runModule } from '../support/workloads.js';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

function listen(end: 'open' | 'close', listener: (message: StageMessage) => void): void {
  const name = `stageprof:stage:${end}`;
  const onMessage = (message: unknown) => listener(message as StageMessage);
  subscribe(name, onMessage);
  undo.push(() => unsubscribe(name, onMessage));
}

/** Everything that subscribers are told, as text, and the messages of openings. */
function told(): { lines: string[]; opened: StageMessage[] } {
  const lines: string[] = [];
  const opened: StageMessage[] = [];
  listen('open', (message) => {
    opened.push(message);
    lines.push(`open ${message.label} in ${message.parent?.label ?? '-'}`);
  });
  listen('close', ({ label, wallNs, failed }) => lines.push(`close ${label} ${wallNs} ${failed}`));
  return { lines, opened };
}

describe('stages are told as they open and close', () => {
  test('in both forms, nested, with their time', () => {
    const { profiler, sampler } = scripted();
    const { lines, opened } = told();
    profiler.stage('a', () => {
      sampler.pass(5);
      const handle = profiler.stage('b');
      sampler.pass(7);
      handle.end();
      handle.end();
    });
    expect(lines).toEqual(['open a in -', 'open a.b in a', 'close a.b 7 false', 'close a 12 false']);
    expect(opened[0]!.profiler).toBe(profiler);
    expect(opened[1]!.parent).toBe(opened[0]);
  });

  test('by the same object at both ends', () => {
    const { profiler } = scripted();
    const { opened } = told();
    const closed: StageMessage[] = [];
    listen('close', (message) => closed.push(message));
    profiler.stage('a', () => profiler.stage('b').end());
    expect(closed).toEqual([opened[1], opened[0]]);
    expect(closed[0]).toBe(opened[1]);
  });

  test('with what they threw or were rejected with', async () => {
    const { profiler } = scripted();
    const { lines } = told();
    const errors: unknown[] = [];
    listen('close', ({ error }) => errors.push(error));
    const boom = new Error('boom');
    expect(() =>
      profiler.stage('a', () => {
        throw boom;
      }),
    ).toThrow(boom);
    await expect(profiler.stage('b', () => Promise.reject(boom))).rejects.toBe(boom);
    expect(errors).toEqual([boom, boom]);
    expect(lines.filter((line) => line.startsWith('close'))).toEqual(['close a 0 true', 'close b 0 true']);
  });

  test('under Promise.all, as siblings', async () => {
    const { profiler } = scripted();
    const { lines } = told();
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await profiler.stage('a', () => Promise.all(['b', 'c'].map((label) => profiler.stage(label, turn))));
    expect(lines.slice(0, 3)).toEqual(['open a in -', 'open a.b in a', 'open a.c in a']);
    expect(lines.at(-1)).toBe('close a 0 false');
  });

  test('a closing also to those who did not hear the opening', () => {
    const { profiler } = scripted();
    const handle = profiler.stage('a');
    const { lines } = told();
    const inner = profiler.stage('b');
    inner.end();
    handle.end();
    expect(lines).toEqual(['open a.b in -', 'close a.b 0 false', 'close a 0 false']);
  });

  test('with a start on the clock of performance.now()', () => {
    const profiler = new StageProfiler();
    let message: StageMessage | undefined;
    listen('close', (closed) => {
      message = closed;
    });
    const before = performance.now();
    profiler.stage('a', () => {});
    const after = performance.now();
    profiler.close();
    expect(message!.startMs).toBeGreaterThan(before - 0.1);
    expect(message!.startMs! + message!.wallNs! / 1e6).toBeLessThan(after + 0.1);
  });

  test('but not those of a closed profiler and of the nullProfiler, nor anything that a report does', () => {
    const profiler = new StageProfiler({ measure: [] });
    profiler.stage('before', () => {});
    const { lines } = told();
    nullProfiler.stage('n', () => {});
    const open = profiler.stage('a');
    profiler.report();
    profiler.close();
    open.end();
    profiler.stage('b', () => {});
    expect(lines).toEqual(['open a in -']);
  });
});

describe('subscribers', () => {
  test('run outside the sampled time', () => {
    const { profiler, sampler } = scripted();
    listen('open', () => sampler.pass(1_000));
    listen('close', () => sampler.pass(1_000));
    profiler.stage('a', () => profiler.stage('b', () => sampler.pass(3)));
    profiler.stage('b').end();
    expect(rowOf(profiler, 'a.b').wall_s).toBe(3e-9);
    expect(rowOf(profiler, 'b').wall_s).toBe(0);
    // What subscribers use for an inner stage is charged to the stage around it.
    expect(rowOf(profiler, 'a').wall_s).toBe(2_003e-9);
  });

  test('may use stages themselves, which are not told', () => {
    const { profiler } = scripted();
    listen('open', () => profiler.stage('log', () => {}));
    listen('close', () => profiler.stage('log').end());
    const { lines } = told();
    profiler.stage('a', () => {});
    expect(lines).toEqual(['open a in -', 'close a 0 false']);
    expect(rowOf(profiler, 'log').calls).toBe(2);
  });

  test('that throw change neither the result nor the report: Node raises the error afterwards', () => {
    const { code, stdout, stderr } = runModule(`
      import { subscribe } from 'node:diagnostics_channel';
      import { StageProfiler } from ${JSON.stringify(PACKAGE)};
      process.on('uncaughtException', ({ message }) => console.log(message));
      for (const end of ['open', 'close']) {
        subscribe('stageprof:stage:' + end, () => { throw new Error(end) });
      }
      const profiler = new StageProfiler();
      console.log(profiler.stage('a', () => 42), profiler.report().stages[0].calls);
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '42 1\nopen\nclose\n', stderr: '' });
  });

  test('are spared a program that runs out of stack and copes', () => {
    const { code, stdout, stderr } = runModule(`
      import { subscribe } from 'node:diagnostics_channel';
      import { StageProfiler } from ${JSON.stringify(PACKAGE)};
      const descend = (frames) => (frames === 0 ? 0 : descend(frames - 1) + 1);
      for (const end of ['open', 'close']) subscribe('stageprof:stage:' + end, () => { descend(30) });
      const profiler = new StageProfiler({ measure: [] });
      const dive = () => profiler.stage('a', dive);
      for (let i = 0; i < 3; i++) {
        try { dive(); } catch (error) { console.log(error.constructor.name); }
      }
      console.log(profiler.stage('b', () => 1));
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${'RangeError\n'.repeat(3)}1\n`, stderr: '' });
  });

  test('are told later what failed where there was no stack for them, each with its own error', () => {
    const { code, stdout, stderr } = runModule(`
      import { subscribe } from 'node:diagnostics_channel';
      import { StageProfiler } from ${JSON.stringify(PACKAGE)};
      const told = [];
      subscribe('stageprof:stage:close', ({ label, failed, error }) => told.push([label, failed, String(error)]));
      const profiler = new StageProfiler({ measure: [] });
      const deep = new Error('deep');
      // At each level: at some there is room for the stage, and not for subscribers.
      const dive = () => {
        try { dive(); } catch {}
        try { profiler.stage('a', () => { throw deep; }); } catch {}
      };
      try { profiler.stage('b', () => { dive(); throw new Error('shallow') }); } catch {}
      await new Promise((resolve) => setTimeout(resolve, 10));
      console.log(JSON.stringify([...new Set(told.map((one) => one.join()))].sort()));
    `);
    const told = ['b,true,Error: shallow', 'b.a,true,Error: deep'];
    expect({ code, told: JSON.parse(stdout), stderr }).toEqual({ code: 0, told, stderr: '' });
  });
});
