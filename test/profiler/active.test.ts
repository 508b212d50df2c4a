import { afterEach, expect, test, vi } from 'vitest';
import { activeProfiler, installProfiler } from '../../src/profiler/active.js';
import { nullProfiler } from '../../src/profiler/null-profiler.js';
import { scripted } from '../support/scripted-sampler.js';

const ACTIVE = Symbol.for('stageprof.activeProfiler');

afterEach(() => {
  Reflect.deleteProperty(globalThis, ACTIVE);
  vi.resetModules();
});

test('without an installed profiler it is the null profiler', () => {
  expect(activeProfiler()).toBe(nullProfiler);
});

test('an installed profiler is active until another is installed', () => {
  const [first, second] = [scripted().profiler, scripted().profiler];
  installProfiler(first);
  expect(activeProfiler()).toBe(first);
  installProfiler(second);
  expect(activeProfiler()).toBe(second);
});

test('every copy of the package in a program finds the same one', async () => {
  const { profiler } = scripted();
  installProfiler(profiler);
  vi.resetModules();
  const copy = await import('../../src/profiler/active.js');
  expect(copy.activeProfiler).not.toBe(activeProfiler);
  expect(copy.activeProfiler()).toBe(profiler);
});
