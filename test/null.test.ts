import { expect, test } from 'vitest';
import * as stageprof from '../src/index.js';
import * as own from '../src/null.js';

test('stageprof/null has the null profiler of the package, and nothing else', () => {
  expect(Object.keys(own).sort()).toEqual(['NullProfiler', 'nullProfiler']);
  expect(own.nullProfiler).toBe(stageprof.nullProfiler);
  expect(own.NullProfiler).toBe(stageprof.NullProfiler);
});
