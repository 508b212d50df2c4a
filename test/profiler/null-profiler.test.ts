import { expect, test } from 'vitest';
import { NullProfiler, nullProfiler } from '../../src/profiler/null-profiler.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';

test('it is not enabled and reports nothing, closed or not', () => {
  const profiler = new NullProfiler();
  expect(profiler.enabled).toBe(false);
  expect(profiler.report()).toBeUndefined();
  profiler.close();
  profiler.close();
  profiler[Symbol.dispose]();
  expect(profiler.report()).toBeUndefined();
  expect(nullProfiler).toBeInstanceOf(NullProfiler);
});

test('functions run as they are: the very result, and the very error', () => {
  const promise = Promise.resolve(1);
  const error = new Error('boom');
  expect(nullProfiler.stage('a', () => promise)).toBe(promise);
  expect(() =>
    nullProfiler.stage('a', () => {
      throw error;
    }),
  ).toThrow(error);
});

test('a wrapped function is the function', () => {
  const fn = (): number => 1;
  expect(nullProfiler.wrap('a', fn)).toBe(fn);
});

test('its handles can be ended any number of times, and by using', () => {
  using handle = nullProfiler.stage('a');
  handle.end();
  handle.end();
  expect(nullProfiler.stage('b')).toBe(handle);
});

test('it has the methods of the real one and no others', () => {
  const methods = Reflect.ownKeys(NullProfiler.prototype).filter((key) => key !== 'constructor');
  expect(methods).toEqual(expect.arrayContaining(['stage', 'wrap', 'report', 'close', Symbol.dispose]));
  expect(methods.filter((method) => !(method in StageProfiler.prototype))).toEqual([]);
});
