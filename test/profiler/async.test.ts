import { EventEmitter, once } from 'node:events';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { labelsOf, rowOf, scripted } from '../support/scripted-sampler.js';

describe('what is started inside a callback is labelled under it', () => {
  test.each<[string, (then: () => void) => void | Promise<void>]>([
    [
      'after an await',
      async (then) => {
        await null;
        then();
      },
    ],
    ['after a timer', (then) => sleep(1).then(then)],
    ['in a timer', (then) => new Promise((resolve) => setTimeout(() => resolve(then()), 1))],
    ['in an immediate', (then) => new Promise((resolve) => setImmediate(() => resolve(then())))],
    ['in a tick', (then) => new Promise((resolve) => process.nextTick(() => resolve(then())))],
    ['in a microtask', (then) => new Promise((resolve) => queueMicrotask(() => resolve(then())))],
    [
      'in a listener',
      (then) => {
        const emitter = new EventEmitter().on('event', then);
        emitter.emit('event');
      },
    ],
    [
      'after an event that another context emits',
      async (then) => {
        const emitter = new EventEmitter();
        const event = once(emitter, 'event');
        setImmediate(() => emitter.emit('event'));
        await event;
        then();
      },
    ],
  ])('%s', async (_where, start) => {
    const { profiler } = scripted();
    await profiler.stage('a', () => start(() => profiler.stage('b').end()));
    expect(labelsOf(profiler)).toEqual(['a', 'a.b']);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, open: 0 });
  });
});

test('after a callback the caller is where it was before', async () => {
  const { profiler } = scripted();
  await profiler.stage('a', async () => {
    const pending = profiler.stage('b', () => immediate());
    profiler.stage('c').end();
    await pending;
    profiler.stage('d').end();
  });
  profiler.stage('e').end();
  expect(labelsOf(profiler)).toEqual(['a', 'a.b', 'a.c', 'a.d', 'e']);
});

test('branches of nested Promise.all keep their own labels', async () => {
  const { profiler } = scripted();
  const leaf = async (label: string): Promise<void> => {
    await immediate();
    await profiler.stage(label, () => immediate());
  };
  const branch = (label: string): Promise<void> =>
    profiler.stage(label, async () => {
      await Promise.all([leaf('x'), leaf('y'), profiler.stage('z', () => leaf('q'))]);
    });
  await profiler.stage('all', () => Promise.all([branch('l'), branch('r')]));
  expect(labelsOf(profiler).sort()).toEqual([
    'all',
    'all.l',
    'all.l.x',
    'all.l.y',
    'all.l.z',
    'all.l.z.q',
    'all.r',
    'all.r.x',
    'all.r.y',
    'all.r.z',
    'all.r.z.q',
  ]);
  expect(profiler.report().stages.every(({ calls, open }) => calls === 1 && open === 0)).toBe(true);
});

test('handles of one async context do not show in another', async () => {
  const { profiler } = scripted();
  const work = (label: string): Promise<void> =>
    profiler.stage(label, async () => {
      const handle = profiler.stage('handle');
      await immediate();
      await profiler.stage('inner', () => immediate());
      handle.end();
      await profiler.stage('after', () => immediate());
    });
  await Promise.all([work('a'), work('b')]);
  expect(labelsOf(profiler).sort()).toEqual([
    'a',
    'a.after',
    'a.handle',
    'a.handle.inner',
    'b',
    'b.after',
    'b.handle',
    'b.handle.inner',
  ]);
  expect(profiler.report().warnings).toEqual([
    'handles open across an await (use the callback form), first a.handle: 2',
  ]);
});

describe('handles out of order', () => {
  test('each measures its own time, and the report warns with their number', () => {
    const { profiler, sampler } = scripted();
    const [a, b, c] = [profiler.stage('a'), profiler.stage('b'), profiler.stage('c')];
    sampler.pass(1);
    a.end();
    sampler.pass(10);
    b.end();
    sampler.pass(100);
    c.end();
    expect(profiler.report().stages.map(({ stage, calls, wall_s }) => [stage, calls, wall_s])).toEqual([
      ['a', 1, 1e-9],
      ['a.b', 1, 11e-9],
      ['a.b.c', 1, 111e-9],
    ]);
    expect(profiler.report().warnings).toEqual(['handles ended out of order: 2']);
  });

  test('one in the middle is taken out, and what opens next is under the innermost', () => {
    const { profiler } = scripted();
    const a = profiler.stage('a');
    const b = profiler.stage('b');
    const c = profiler.stage('c');
    b.end();
    profiler.stage('d').end();
    c.end();
    profiler.stage('e').end();
    a.end();
    profiler.stage('f').end();
    expect(labelsOf(profiler)).toEqual(['a', 'a.b', 'a.b.c', 'a.b.c.d', 'a.e', 'f']);
    expect(profiler.report().warnings).toEqual(['handles ended out of order: 1']);
  });

  test('a handle may be ended by another context than it was opened in', async () => {
    const { profiler, sampler } = scripted();
    const handle = profiler.stage('a');
    await profiler.stage('b', async () => {
      sampler.pass(5);
      handle.end();
      profiler.stage('c').end();
    });
    profiler.stage('d').end();
    expect(labelsOf(profiler)).toEqual(['a', 'a.b', 'a.b.c', 'd']);
    expect(rowOf(profiler, 'a').wall_s).toBe(5e-9);
  });
});

describe('a stage started after the callback that started it has ended', () => {
  test('keeps its label, is no part of the ended call, and is counted in warnings', async () => {
    const { profiler, sampler } = scripted();
    let late: Promise<void> = Promise.resolve();
    await profiler.stage('a', async () => {
      await profiler.stage('b', async () => {
        late = immediate().then(() => profiler.stage('c', () => sampler.pass(7)));
      });
      sampler.pass(1);
      await late;
    });
    expect(labelsOf(profiler)).toEqual(['a', 'a.b', 'a.b.c']);
    expect(rowOf(profiler, 'a.b')).toMatchObject({ wall_s: 0, wall_self_s: 0 });
    expect(rowOf(profiler, 'a')).toMatchObject({ wall_s: 8e-9, wall_self_s: 1e-9 });
    expect(rowOf(profiler, 'a.b.c')).toMatchObject({ wall_s: 7e-9, overlapped_calls: 0 });
    expect(profiler.report().warnings).toEqual(['stages started after their parent ended: 1']);
  });

  test('is outside every stage when all its ancestors have ended', async () => {
    const { profiler, sampler } = scripted();
    let late: Promise<void> = Promise.resolve();
    profiler.stage('a', () => {
      late = immediate().then(() => profiler.stage('b', () => sampler.pass(7)));
    });
    sampler.pass(100);
    await late;
    expect(rowOf(profiler, 'a').wall_s).toBe(0);
    expect(rowOf(profiler, 'a.b')).toMatchObject({ wall_s: 7e-9, wall_self_s: 7e-9 });
    expect(profiler.report()).toMatchObject({ total_wall_s: 107e-9, outside_wall_s: 100e-9 });
  });

  test('belongs to the handle around the ended call while that is open', async () => {
    const { profiler, sampler } = scripted();
    const handle = profiler.stage('h');
    let late: Promise<void> = Promise.resolve();
    profiler.stage('a', () => {
      late = immediate().then(() => profiler.stage('b', () => sampler.pass(7)));
    });
    await late;
    sampler.pass(1);
    handle.end();
    expect(rowOf(profiler, 'h')).toMatchObject({ wall_s: 8e-9, wall_self_s: 1e-9, overlapped_calls: 0 });
    expect(rowOf(profiler, 'h.a.b')).toMatchObject({ wall_s: 7e-9, overlapped_calls: 0 });
  });

  test('is not taken for a part of a call that reuses the object of the ended one', async () => {
    const { profiler, sampler } = scripted();
    let late: Promise<void> = Promise.resolve();
    profiler.stage('a', () => {
      late = immediate().then(() => profiler.stage('b', () => sampler.pass(7)));
    });
    // This call is opened next: it reuses the object that stood for `a`.
    await profiler.stage('x', async () => {
      await late;
    });
    expect(labelsOf(profiler)).toEqual(['a', 'x', 'a.b']);
    expect(rowOf(profiler, 'x')).toMatchObject({ wall_s: 7e-9, wall_self_s: 7e-9, overlapped_calls: 1 });
    expect(profiler.report().warnings).toEqual(['stages started after their parent ended: 1']);
  });
});
