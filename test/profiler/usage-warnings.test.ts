import { setImmediate as immediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { scripted } from '../support/scripted-sampler.js';

const across = (label: string, count: number): string =>
  `handles open across an await (use the callback form), first ${label}: ${count}`;

test('a handle that is open when its function returns a promise is named, once', async () => {
  const { profiler } = scripted();
  await profiler.stage('a', async () => {
    const handle = profiler.stage('h');
    await immediate();
    profiler.stage('b').end();
    profiler.stage('c').end();
    handle.end();
  });
  expect(profiler.report().warnings).toEqual([across('a.h', 1)]);
});

test('the first of several handles that are open across an await is named, and all are counted', async () => {
  const { profiler } = scripted();
  for (const label of ['x', 'y']) {
    const handle = profiler.stage(label);
    await immediate();
    profiler.stage('inner').end();
    handle.end();
  }
  expect(profiler.report().warnings).toEqual([across('x', 2)]);
});

test('outside of any stage a handle is named when a later turn opens one under it', async () => {
  const { profiler } = scripted();
  const handle = profiler.stage('h');
  profiler.stage('now').end();
  expect(profiler.report().warnings).toEqual([]);
  await null;
  expect(profiler.report().warnings).toEqual([]);
  profiler.stage('later', () => {});
  handle.end();
  expect(profiler.report().warnings).toEqual([across('h', 1)]);
});

test('handles that end before anything is awaited are not named', async () => {
  const { profiler } = scripted();
  for (let i = 0; i < 3; i++) {
    const handle = profiler.stage('a');
    profiler.stage('b').end();
    handle.end();
    await immediate();
  }
  await profiler.stage('c', async () => {
    profiler.stage('d').end();
    await immediate();
    const handle = profiler.stage('e');
    await profiler.stage('f', () => immediate());
    handle.end();
  });
  expect(profiler.report().warnings).toEqual([]);
});

test('a profiler or a handle does not get into another thread', () => {
  const { profiler } = scripted();
  const handle = profiler.stage('a');
  for (const value of [profiler, handle]) {
    expect(() => structuredClone(value)).toThrow(expect.objectContaining({ name: 'DataCloneError' }));
  }
  handle.end();
});
